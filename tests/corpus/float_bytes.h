// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/pickle_bytes.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a file's little-endian float32 bytes mean.
inline std::vector<float> floats(const std::vector<std::byte> &bytes)
{
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

/// `first`, `first` + 1, … as the bytes of little-endian floats.
inline std::string counting(int count, int first = 0)
{
    std::string bytes(static_cast<std::size_t>(count) * sizeof(float), '\0');
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<float>(first + i);
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(float), &value, sizeof(float));
    }
    return bytes;
}

/// torch.arange(6.).reshape(2, 3).t()[1:], as torch.save describes it: offset 1, sides 2 x 2, strides 1 and 3 in storage `key`.
inline std::string transposed_tensor(std::string_view key)
{
    const std::string storage = "(" + pickle::text("storage") + pickle::global("torch", "FloatStorage") + pickle::text(key)
        + pickle::text("cpu") + pickle::integer(6) + "tQ";
    return pickle::global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + pickle::integer(1) + pickle::integers({2, 2})
        + pickle::integers({1, 3}) + "\x89" + pickle::global("collections", "OrderedDict") + ")RtR";
}

/// A file as torch.save wrote it before PyTorch 1.6: `pickled` with its storages, each a key and its floats.
inline std::string legacy_torch_bytes(const std::string &pickled,
                                      const std::vector<std::pair<std::string, std::string>> &storages)
{
    using namespace std::string_literals;
    std::string keys;
    std::string numbers;
    for (const auto &[key, values] : storages) {
        keys += pickle::text(key);
        for (int i = 0; i < 8; ++i)
            numbers += static_cast<char>((values.size() / sizeof(float) >> (8 * i)) & 0xFFU);
        numbers += values;
    }
    const std::string magic = "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s;
    const std::string protocol = pickle::whole("M\xE9\x03"); // 1001
    return magic + protocol + pickle::whole("}") + pickle::whole(pickled) + pickle::whole("](" + keys + "e") + numbers;
}
