// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// Images of one CIFAR binary file: records of one label byte and 3 x 32 x 32 bytes, planes red, green, blue.
struct CifarRecords {
    std::vector<std::uint8_t> labels;
    std::vector<std::uint8_t> pixels; ///< 3072 for each label, planar
};

/// Errors: `not_found`, `unreadable`; `bad_format` where the size is no multiple of 3073 or nothing is in it.
[[nodiscard]] Result<CifarRecords> read_cifar_records(const std::filesystem::path &file);

/// Class names, one a line. Errors: `not_found`, `unreadable`, `bad_format` (none, over 256, longer than 200 bytes).
[[nodiscard]] Result<std::vector<std::string>> read_class_names(const std::filesystem::path &file);

} // namespace ca
