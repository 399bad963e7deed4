// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A member of a zip archive that a test makes, honest or not.
struct ZipPart {
    std::string name;
    std::string content;
    std::uint32_t claimed_size = 0; ///< 0: the true one
    bool encrypted = false;
    bool wrong_checksum = false;
};

namespace zip_bytes_detail {

inline void add(std::string &bytes, std::uint32_t value, int width)
{
    for (int i = 0; i < width; ++i)
        bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
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
    add(bytes, part.claimed_size != 0 ? 8 : 0, 2); // deflated where the size is a lie, else stored
    add(bytes, 0x21 << 16, 4);                     // 1 January 1980
    add(bytes, crc32(part.content) ^ (part.wrong_checksum ? 1U : 0U), 4);
    add(bytes, static_cast<std::uint32_t>(part.content.size()), 4);
    add(bytes, part.claimed_size != 0 ? part.claimed_size : static_cast<std::uint32_t>(part.content.size()), 4);
    add(bytes, static_cast<std::uint32_t>(part.name.size()), 2);
    add(bytes, 0, 2);
    return bytes;
}

} // namespace zip_bytes_detail

/// A zip archive, by PKWARE's APPNOTE.TXT.
inline std::string zip_bytes(const std::vector<ZipPart> &parts)
{
    using namespace zip_bytes_detail;
    std::string bytes;
    std::string directory;
    for (const ZipPart &part : parts) {
        directory += "PK\x01\x02";
        add(directory, 20, 2);
        directory += common(part);
        add(directory, 0, 2); // comment
        add(directory, 0, 2); // disk
        add(directory, 0, 2);
        add(directory, 0, 4); // attributes
        add(directory, static_cast<std::uint32_t>(bytes.size()), 4);
        directory += part.name;
        bytes += "PK\x03\x04" + common(part) + part.name + part.content;
    }
    const auto begin = static_cast<std::uint32_t>(bytes.size());
    bytes += directory + "PK\x05\x06";
    add(bytes, 0, 4);
    add(bytes, static_cast<std::uint32_t>(parts.size()), 2);
    add(bytes, static_cast<std::uint32_t>(parts.size()), 2);
    add(bytes, static_cast<std::uint32_t>(directory.size()), 4);
    add(bytes, begin, 4);
    add(bytes, 0, 2);
    return bytes;
}
