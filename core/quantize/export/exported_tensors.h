// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// A file that `write_export` made, whose tensors may be anything. Errors of all: `bad_format`, `unreadable`.
class ExportedTensors {
public:
    ExportedTensors(std::filesystem::path file, SafeHeader header) : file_(std::move(file)), header_(std::move(header)) { }

    [[nodiscard]] const std::filesystem::path &file() const { return file_; }
    [[nodiscard]] const SafeHeader &header() const { return header_; }

    [[nodiscard]] tl::unexpected<Error> damaged(const std::string &what) const;

    /// The values of a tensor of this type and shape.
    template <typename T>
    [[nodiscard]] Result<std::vector<T>> values(const std::string &name, SafeDtype dtype,
                                                const std::vector<std::int64_t> &shape) const
    {
        const auto bytes = bytes_of_tensor(name, dtype, shape);
        if (!bytes)
            return forward(bytes);
        std::vector<T> result(bytes->size() / sizeof(T));
        if (!result.empty())
            std::memcpy(result.data(), bytes->data(), result.size() * sizeof(T));
        return result;
    }
    /// The same; each value is finite.
    [[nodiscard]] Result<std::vector<float>> floats(const std::string &name, const std::vector<std::int64_t> &shape) const;

private:
    Result<std::vector<std::byte>> bytes_of_tensor(const std::string &name, SafeDtype dtype,
                                                   const std::vector<std::int64_t> &shape) const;

    std::filesystem::path file_;
    SafeHeader header_;
};

} // namespace ca
