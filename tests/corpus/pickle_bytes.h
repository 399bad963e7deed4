// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pieces of pickles of protocol 2, instruction by instruction, as Lib/pickletools.py of CPython lists them.
namespace pickle {

inline std::string text(std::string_view value)
{
    std::string bytes = "X";
    for (int i = 0; i < 4; ++i)
        bytes += static_cast<char>((value.size() >> (8 * i)) & 0xFFU);
    return bytes + std::string(value);
}

inline std::string integer(std::int32_t value)
{
    std::string bytes = "J";
    for (int i = 0; i < 4; ++i)
        bytes += static_cast<char>((static_cast<std::uint32_t>(value) >> (8 * i)) & 0xFFU);
    return bytes;
}

inline std::string global(std::string_view module, std::string_view name)
{
    return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}

inline std::string integers(const std::vector<std::int32_t> &values)
{
    std::string bytes = "(";
    for (const std::int32_t value : values)
        bytes += integer(value);
    return bytes + "t";
}

/// A tensor of floats from the start of storage `key`, without gaps, as torch.save describes it.
inline std::string tensor(std::string_view key, const std::vector<std::int32_t> &shape, std::int32_t storage_elements,
                          std::string_view type = "FloatStorage")
{
    std::vector<std::int32_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;)
        strides[i - 1] =
            static_cast<std::int32_t>(static_cast<std::uint32_t>(strides[i]) * static_cast<std::uint32_t>(shape[i])); // may wrap
    const std::string storage =
        "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(storage_elements) + "tQ";
    return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + integer(0) + integers(shape) + integers(strides)
        + "\x89" + global("collections", "OrderedDict") + ")RtR";
}

using Entries = std::vector<std::pair<std::string, std::string>>; ///< key text, value as a pickle piece

inline std::string dict(const Entries &entries)
{
    std::string bytes = "}(";
    for (const auto &[key, value] : entries)
        bytes += text(key) + value;
    return bytes + "u";
}

/// An object of a TorchScript class.
inline std::string object(std::string_view module, std::string_view name, const Entries &state)
{
    return global(module, name) + ")\x81" + dict(state) + "b";
}

inline std::string whole(std::string_view value)
{
    return "\x80\x02" + std::string(value) + ".";
}

} // namespace pickle
