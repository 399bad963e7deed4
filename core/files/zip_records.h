// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

/// What the readers of a zip archive's records share.
namespace ca::zip {

/// The little-endian number of `width` bytes; the caller knows that they are there.
inline std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    return value;
}

/// Fewer bytes than asked for where the file ends before.
inline std::string read_at(std::ifstream &stream, std::uint64_t begin, std::size_t size)
{
    std::string bytes(size, '\0');
    stream.seekg(static_cast<std::streamoff>(begin));
    stream.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    stream.clear();
    return bytes;
}

inline tl::unexpected<Error> refused(const std::filesystem::path &file, const std::string &what)
{
    return fail(ErrorCode::bad_format, "The archive " + file.string() + ' ' + what);
}

/// A member's name for a sentence.
inline std::string shown(std::string_view name)
{
    return '"' + clean_text(name.substr(0, 200)) + '"';
}

} // namespace ca::zip
