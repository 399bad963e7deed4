// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/zip_reader.h"
#include "tests/corpus/zip_bytes.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

/// Seeded changes to a file's bytes: the same seed, the same mutant, so that one that crashes can be made again.
namespace fuzz {

using Generator = std::mt19937_64;

inline std::size_t below(Generator &generator, std::size_t limit)
{
    return limit == 0 ? 0 : generator() % limit;
}

/// A place in the file: any, or (every second time) near a mark of its structure.
inline std::size_t place(const std::string &bytes, const std::vector<std::string> &marks, Generator &generator)
{
    const std::size_t any = below(generator, bytes.size());
    if (marks.empty() || below(generator, 2) == 0)
        return any;
    const std::string &mark = marks[below(generator, marks.size())];
    std::size_t found = bytes.find(mark, any);
    if (found == std::string::npos)
        found = bytes.find(mark);
    return found == std::string::npos ? any : std::min(found + below(generator, 64), bytes.size() - 1);
}

inline void overwrite(std::string &bytes, std::size_t at, std::uint64_t value, std::size_t width)
{
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
        bytes[at + i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

/// One change: a bit, a byte, a number at a limit of its type, a digit, a range filled; the end, a range taken out or doubled,
/// where lengths may change, too.
inline void change(std::string &bytes, const std::vector<std::string> &marks, Generator &generator, bool same_length = false)
{
    constexpr std::uint64_t limits[] = {0,          1,           0x7F,       0x80,        0xFF,       0x7FFF,      0xFFFF,
                                        0x7FFFFFFF, 0x80000000U, 0xFFFFFFFF, 0x100000000, ~0ULL >> 1, 1ULL << 63U, ~0ULL};
    if (bytes.empty())
        return;
    const std::size_t at = place(bytes, marks, generator);
    const std::size_t length = std::min(bytes.size() - at, 1 + below(generator, 64));
    switch (below(generator, same_length ? 5 : 8)) {
    case 0:
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(generator, 8)));
        break;
    case 1:
        bytes[at] = static_cast<char>(below(generator, 256));
        break;
    case 2:
        overwrite(bytes, at, limits[below(generator, std::size(limits))], std::size_t{1} << below(generator, 4));
        break;
    case 3:
        if (const auto digit = bytes.find_first_of("0123456789", at); digit != std::string::npos)
            bytes[digit] = static_cast<char>('0' + below(generator, 10));
        break;
    case 4:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, static_cast<char>(below(generator, 256)));
        break;
    case 5:
        bytes.resize(at);
        break;
    case 6:
        bytes.erase(at, length);
        break;
    default:
        bytes.insert(at, bytes.substr(at, length));
    }
}

/// The members of an archive, unpacked; none where it is no archive.
inline std::vector<ZipPart> members(const std::filesystem::path &archive)
{
    std::vector<ZipPart> parts;
    const auto zip = ca::ZipReader::open(archive);
    if (!zip)
        return parts;
    for (const ca::ZipMember &member : zip->members())
        if (auto content = zip->read(member, static_cast<std::size_t>(member.size)))
            parts.push_back({member.name, std::move(*content)});
    return parts;
}

/// A member changed, dropped, doubled, emptied, renamed or exchanged with another; the archive around them is whole, with right
/// checksums, so that the readers of code and pickles see the change.
inline std::string changed_archive(std::vector<ZipPart> parts, Generator &generator)
{
    if (parts.empty())
        return {};
    ZipPart &part = parts[below(generator, parts.size())];
    switch (below(generator, 8)) {
    case 0:
        parts.erase(parts.begin() + (&part - parts.data()));
        break;
    case 1:
        parts.push_back(ZipPart(part));
        break;
    case 2:
        part.content.clear();
        break;
    case 3:
        change(part.name, {}, generator);
        break;
    case 4:
        std::swap(part.content, parts[below(generator, parts.size())].content);
        break;
    default:
        for (auto changes = 1 + below(generator, 4); changes > 0; --changes)
            change(part.content, {}, generator);
    }
    return zip_bytes(parts);
}

} // namespace fuzz
