// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

struct ZipDirectory;

struct ZipMember {
    std::string name;
    std::uint64_t size = 0;   ///< unpacked
    std::uint64_t packed = 0; ///< in the file
};

/// Reads members of a zip archive from an untrusted source. Opening checks the directory before anything is unpacked: what
/// `read_zip_directory` and `check_zip_members` say; names relative, without `..`, backslashes or repetition, not even in another
/// case; no links, nothing encrypted; no member that unpacks to over 100 times its size, and all together to no more than four
/// times the file (small archives of text are let through).
class ZipReader {
public:
    /// Errors: `not_found`, `unreadable`, `bad_format` (what breaks one of the rules above, or a file that ends early).
    [[nodiscard]] static Result<ZipReader> open(const std::filesystem::path &file);

    [[nodiscard]] const std::vector<ZipMember> &members() const { return members_; }
    /// nullptr where there is no such member.
    [[nodiscard]] const ZipMember *find(std::string_view name) const;
    /// The whole member, with its checksum checked. Errors: `bad_format`: over `limit` bytes, or damaged.
    [[nodiscard]] Result<std::string> read(const ZipMember &member, std::size_t limit) const;

private:
    struct Archive;
    ZipReader() = default;
    [[nodiscard]] Status list(const ZipDirectory &directory);
    [[nodiscard]] Status check_total(std::uint64_t file_size) const;

    std::filesystem::path file_;
    std::shared_ptr<Archive> archive_;
    std::vector<ZipMember> members_; ///< in the archive's order, which is libzip's numbering
    std::map<std::string, std::size_t, std::less<>> by_name_;
};

} // namespace ca
