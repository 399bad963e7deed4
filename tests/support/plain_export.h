// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/deflate.h"
#include "core/files/safetensors.h"

#include <filesystem>
#include <string>
#include <vector>

/// An exported file with its zlib streams unpacked, which the reader takes as well: what is changed there is seen by what reads
/// the program, where a changed stream has a wrong checksum.
inline ca::Status write_plain_export(const std::filesystem::path &from, const std::filesystem::path &to)
{
    const auto header = ca::read_safetensors_header(from);
    if (!header)
        return ca::forward(header);
    std::vector<std::vector<std::byte>> kept;
    std::vector<ca::SafeTensorView> views;
    for (const ca::SafeTensor &tensor : header->tensors) {
        auto bytes = ca::read_tensor(from, *header, tensor);
        auto shape = tensor.shape;
        if (bytes && tensor.name.starts_with("compression_agent.") && ca::is_deflated(*bytes)) {
            bytes = ca::inflated(*bytes, std::size_t{1} << 24U);
            shape = {static_cast<std::int64_t>(bytes ? bytes->size() : 0)};
        }
        if (!bytes)
            return ca::forward(bytes);
        kept.push_back(std::move(*bytes));
        views.push_back({tensor.name, tensor.dtype, shape, kept.back()});
    }
    const auto written = ca::write_safetensors(to, views, header->metadata);
    return written ? ca::Status() : ca::forward(written);
}
