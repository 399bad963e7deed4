// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

namespace ca {

/// A file that an archive is known to hold.
struct TarMember {
    std::string name;       ///< in the archive: `cifar-10-batches-bin/test_batch.bin`; its last part names the file
    std::int64_t bytes = 0; ///< exactly
    bool required = true;
    bool operator==(const TarMember &) const = default;
};

/// Takes `members` out of a tar archive, plain or packed by gzip, from an untrusted source, and puts them into `folder`, without
/// the folders that they lie in. An archive may hold its members once each, as plain files of the stated size, and the folders
/// above them; the first thing that is anything else ends the work. So no more is unpacked than the members' sizes together. Each
/// file is written whole or not at all; those that were finished before an error stay. Errors: `not_found`, `unreadable`;
/// `bad_format`; `unwritable`; `cancelled`.
[[nodiscard]] Status extract_tar_members(const std::filesystem::path &archive, std::span<const TarMember> members,
                                         const std::filesystem::path &folder, std::stop_token stop, const Progress &progress);

} // namespace ca
