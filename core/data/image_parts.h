// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/label_table.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// The images of one part of a folder, in no order.
struct ImagePart {
    std::string split;               ///< `train`, `val`, `test`; empty where the folder is not divided
    std::vector<LabelledFile> files; ///< relative to the whole folder; `label` is empty where there is none
};

struct ImageParts {
    std::vector<ImagePart> parts;
    std::vector<std::string> warnings; ///< sentences
};

/// The structure that `list_image_folder` describes, for a folder that is there. Errors: `cancelled`, `unreadable`; `bad_data`
/// where a file of labels does not fit.
[[nodiscard]] Result<ImageParts> list_image_parts(const std::filesystem::path &folder, std::stop_token stop);

} // namespace ca
