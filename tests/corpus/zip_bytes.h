// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A member of a zip archive that a test makes, honest or not.
struct ZipPart {
    std::string name;
    std::string content;
    std::uint32_t claimed_size = 0; ///< 0: the true one
    bool encrypted = false;
    bool wrong_checksum = false;
    // What follows lies to one of two readers, or uses what models do not.
    std::uint32_t method = 0;     ///< 0: stored, or deflated where the size is a lie
    std::uint32_t attributes = 0; ///< 0xA1FF0000 is a link on Unix
    std::string extra{};          ///< of its entry in the directory
    std::string local_name{};     ///< in front of its content, where it is another
    std::int64_t moved = 0;       ///< where its entry says that it lies, off the truth
};

namespace zip_bytes_detail {

inline void add(std::string &bytes, std::uint32_t value, int width)
{
    for (int i = 0; i < width; ++i)
        bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

/// A number of up to 8 bytes, of which the upper 4 are 0.
inline void add_wide(std::string &bytes, std::uint32_t value, int width)
{
    add(bytes, value, std::min(width, 4));
    bytes.append(static_cast<std::size_t>(std::max(width - 4, 0)), '\0');
}

/// CRC-32 of the zip format (reflected polynomial 0xEDB88320).
inline std::uint32_t crc32(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

/// The fields that the local header and the directory share: version needed to name length and extra length.
inline std::string common(const ZipPart &part)
{
    std::string bytes;
    add(bytes, 20, 2);
    add(bytes, part.encrypted ? 1 : 0, 2);
    add(bytes, part.method != 0 ? part.method : part.claimed_size != 0 ? 8 : 0, 2); // deflated where the size is a lie
    add(bytes, 0x21 << 16, 4);                                                      // 1 January 1980
    add(bytes, crc32(part.content) ^ (part.wrong_checksum ? 1U : 0U), 4);
    add(bytes, static_cast<std::uint32_t>(part.content.size()), 4);
    add(bytes, part.claimed_size != 0 ? part.claimed_size : static_cast<std::uint32_t>(part.content.size()), 4);
    return bytes;
}

/// The record at the end of an archive with `members` in a directory of `size` bytes from `begin`.
inline std::string end_record(std::uint32_t members, std::uint32_t size, std::uint32_t begin)
{
    std::string bytes = "PK\x05\x06";
    add(bytes, 0, 4);
    add(bytes, members, 2);
    add(bytes, members, 2);
    add(bytes, size, 4);
    add(bytes, begin, 4);
    add(bytes, 0, 2);
    return bytes;
}

/// The record for large archives, which lies at `place`, and the locator behind it.
inline std::string large_end_record(std::uint32_t members, std::uint32_t size, std::uint32_t begin, std::uint32_t place)
{
    std::string bytes = "PK\x06\x06";
    for (const auto &[value, width] :
         {std::pair(44U, 8), {45U | (45U << 16U), 4}, {0U, 8}, {members, 8}, {members, 8}, {size, 8}, {begin, 8}})
        add_wide(bytes, value, width);
    bytes += "PK\x06\x07";
    add(bytes, 0, 4);
    add_wide(bytes, place, 8);
    add(bytes, 1, 4);
    return bytes;
}

} // namespace zip_bytes_detail

/// A zip archive, by PKWARE's APPNOTE.TXT; with `large`, the record for large archives stands in it, too.
inline std::string zip_bytes(const std::vector<ZipPart> &parts, bool large = false)
{
    using namespace zip_bytes_detail;
    std::string bytes;
    std::string directory;
    for (const ZipPart &part : parts) {
        directory += "PK\x01\x02";
        add(directory, 20, 2);
        directory += common(part);
        add(directory, static_cast<std::uint32_t>(part.name.size()), 2);
        add(directory, static_cast<std::uint32_t>(part.extra.size()), 2);
        add(directory, 0, 2); // comment
        add(directory, 0, 2); // disk
        add(directory, 0, 2);
        add(directory, part.attributes, 4);
        add(directory, static_cast<std::uint32_t>(static_cast<std::int64_t>(bytes.size()) + part.moved), 4);
        directory += part.name + part.extra;
        const std::string &name = part.local_name.empty() ? part.name : part.local_name;
        bytes += "PK\x03\x04" + common(part);
        add(bytes, static_cast<std::uint32_t>(name.size()), 2);
        add(bytes, 0, 2);
        bytes += name + part.content;
    }
    const auto begin = static_cast<std::uint32_t>(bytes.size());
    const auto size = static_cast<std::uint32_t>(directory.size());
    const auto members = static_cast<std::uint32_t>(parts.size());
    bytes += directory;
    if (large)
        bytes += large_end_record(members, size, begin, static_cast<std::uint32_t>(bytes.size()));
    return bytes + end_record(large ? 0xFFFFU : members, size, begin);
}
