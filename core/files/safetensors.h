// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

enum class SafeDtype { boolean, u8, i8, i16, u16, f16, bf16, i32, u32, f32, i64, u64, f64 };
/// `I8`, `BF16` … as the format spells it.
[[nodiscard]] std::string to_text(SafeDtype dtype);
[[nodiscard]] std::size_t bytes_of(SafeDtype dtype);

/// A tensor of a safetensors file; offsets count from the first byte after the header.
struct SafeTensor {
    std::string name;
    SafeDtype dtype = SafeDtype::f32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool operator==(const SafeTensor &) const = default;
};

struct SafeHeader {
    std::map<std::string, std::string> metadata;
    std::vector<SafeTensor> tensors; ///< in the order of their bytes
    std::uint64_t data_begin = 0;    ///< where in the file the first tensor lies
    /// nullptr where there is no such tensor.
    [[nodiscard]] const SafeTensor *find(const std::string &name) const;
};

/// Reads and checks the header: length, JSON without duplicate keys, shapes times element size equal to the offsets,
/// offsets without holes or overlaps that end with the file. Errors: `not_found`, `unreadable`, `bad_format`.
[[nodiscard]] Result<SafeHeader> read_safetensors_header(const std::filesystem::path &file);

/// The bytes of one tensor. Errors: `unreadable`.
[[nodiscard]] Result<std::vector<std::byte>> read_tensor(const std::filesystem::path &file, const SafeHeader &header,
                                                         const SafeTensor &tensor);

/// A tensor to write. `bytes` must stay alive until it is written.
struct SafeTensorView {
    std::string name;
    SafeDtype dtype = SafeDtype::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

/// The size of the file that `write_safetensors` makes, from names, shapes and dtypes alone (`bytes` may be empty).
[[nodiscard]] Bytes safetensors_size(const std::vector<SafeTensorView> &tensors,
                                     const std::map<std::string, std::string> &metadata);

/// Writes the file atomically; tensors lie largest element first, then by name, so that each is aligned to its element; the
/// header is padded with spaces to a multiple of 8. Returns its size. Errors: `unwritable`, `cancelled`.
[[nodiscard]] Result<Bytes> write_safetensors(const std::filesystem::path &file, std::vector<SafeTensorView> tensors,
                                              const std::map<std::string, std::string> &metadata, std::stop_token stop = {});

} // namespace ca
