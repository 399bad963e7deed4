// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/zip_directory.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

// Source of the layouts: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16.

namespace ca {
namespace {

constexpr std::uint64_t kMostMembers = 65535;
constexpr std::uint64_t kLargestDirectory = 64 << 20; // 65,535 members with names of 1,000 bytes
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLongestComment = 65535;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    return value;
}

struct Directory {
    std::uint64_t members, size, begin;
};

std::string read_at(std::ifstream &stream, std::uint64_t begin, std::size_t size)
{
    std::string bytes(size, '\0');
    stream.seekg(static_cast<std::streamoff>(begin));
    stream.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    stream.clear();
    return bytes;
}

tl::unexpected<Error> ends_early(const std::filesystem::path &file)
{
    return fail(ErrorCode::bad_format,
                "The file " + file.string()
                    + " ends early: it begins as a model archive and has no directory at its end. It is "
                      "probably an incomplete download; download or copy it again.");
}

} // namespace

Status check_zip_directory(const std::filesystem::path &file)
{
    std::error_code reason;
    const std::uint64_t file_size = std::filesystem::file_size(file, reason);
    std::ifstream stream(file, std::ios::binary);
    if (reason || !stream)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    const std::size_t tail_size = std::min<std::uint64_t>(file_size, kEndSize + kLongestComment);
    const std::string tail = read_at(stream, file_size - tail_size, tail_size);
    const std::size_t end = tail.size() < kEndSize ? std::string::npos : tail.rfind("PK\x05\x06", tail.size() - kEndSize);
    if (end == std::string::npos)
        return ends_early(file);

    Directory directory{number(tail, end + 10, 2), number(tail, end + 12, 4), number(tail, end + 16, 4)};
    if (directory.members == 0xFFFF || directory.size == 0xFFFFFFFF || directory.begin == 0xFFFFFFFF) {
        const std::string_view locator = std::string_view(tail).substr(0, end);
        if (locator.size() < kLocatorSize || !locator.substr(locator.size() - kLocatorSize).starts_with("PK\x06\x07"))
            return ends_early(file);
        const std::uint64_t begin = number(locator, locator.size() - kLocatorSize + 8, 8);
        const std::string end64 = begin < file_size ? read_at(stream, begin, kEnd64Size) : std::string();
        if (end64.size() < kEnd64Size || !end64.starts_with("PK\x06\x06"))
            return ends_early(file);
        directory = {number(end64, 32, 8), number(end64, 40, 8), number(end64, 48, 8)};
    }
    if (directory.members > kMostMembers || directory.size > kLargestDirectory)
        return fail(ErrorCode::bad_format,
                    "The archive " + file.string() + " lists " + std::to_string(directory.members)
                        + " members, more than any model has (65,535). It is not opened.");
    if (directory.size > file_size || directory.begin > file_size - directory.size)
        return ends_early(file);
    return {};
}

} // namespace ca
