// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// A member as the directory at the end of an archive lists it.
struct ZipEntry {
    std::string name;
    std::uint64_t size = 0;   ///< unpacked
    std::uint64_t packed = 0; ///< in the file
    std::uint64_t local = 0;  ///< where its local header begins
    std::uint64_t flags = 0, method = 0, attributes = 0;

    [[nodiscard]] bool is_encrypted() const { return (flags & 0x41U) != 0; } // bits 0 and 6
    [[nodiscard]] bool is_packed() const { return method != 0; }
    [[nodiscard]] bool is_link() const { return (attributes >> 28U) == 0xA; } // S_IFLNK of Unix in the upper half
};

struct ZipDirectory {
    std::vector<ZipEntry> entries; ///< in the directory's order
    std::uint64_t begin = 0;       ///< of the directory in the file
};

/// Reads the directory of a zip archive in the one way that every reader agrees on: LibTorch unpacks with another library than
/// this program, and what one of them sees the other must see. So there is one end record, at the very end of the file; where
/// there is a second one for large archives, it says the same; no member has a second name; at most 65,535 members, in a
/// directory of at most 64 MiB. Errors: `unreadable`, `bad_format` (a file that ends early, too).
[[nodiscard]] Result<ZipDirectory> read_zip_directory(const std::filesystem::path &file);

/// Each member's local header names the same member, and no two members share bytes. Errors: `unreadable`, `bad_format`.
[[nodiscard]] Status check_zip_members(const std::filesystem::path &file, const ZipDirectory &directory);

} // namespace ca
