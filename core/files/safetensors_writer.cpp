// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace ca {
namespace {

constexpr std::size_t kLengthBytes = 8; // the header's length, little-endian, begins the file

std::uint64_t size_of(const SafeTensorView &tensor)
{
    std::uint64_t size = bytes_of(tensor.dtype);
    for (const std::int64_t side : tensor.shape)
        size *= static_cast<std::uint64_t>(side);
    return size;
}

void sort_for_writing(std::vector<SafeTensorView> &tensors)
{
    std::sort(tensors.begin(), tensors.end(), [](const SafeTensorView &a, const SafeTensorView &b) {
        return std::pair(bytes_of(b.dtype), std::string_view(a.name)) < std::pair(bytes_of(a.dtype), std::string_view(b.name));
    });
}

/// Length and header as they stand in the file.
std::string header_text(const std::vector<SafeTensorView> &sorted, const std::map<std::string, std::string> &metadata)
{
    OrderedJson json = OrderedJson::object();
    if (!metadata.empty())
        json["__metadata__"] = metadata;
    std::uint64_t begin = 0;
    for (const SafeTensorView &tensor : sorted) {
        const std::uint64_t end = begin + size_of(tensor);
        json[tensor.name] = {{"dtype", to_text(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string text = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string length;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        length += static_cast<char>((text.size() >> (8 * i)) & 0xFFU);
    return length + text;
}

/// The name of a tensor that cannot be written: named twice or reserved, or with bytes that do not fit its shape.
std::optional<std::string> unfit(const std::vector<SafeTensorView> &tensors)
{
    std::set<std::string_view> names{"__metadata__"};
    for (const SafeTensorView &tensor : tensors)
        if (!names.insert(tensor.name).second || tensor.bytes.size() != size_of(tensor))
            return tensor.name;
    return std::nullopt;
}

} // namespace

Bytes safetensors_size(const std::vector<SafeTensorView> &tensors, const std::map<std::string, std::string> &metadata)
{
    std::vector<SafeTensorView> sorted = tensors;
    sort_for_writing(sorted);
    std::uint64_t size = header_text(sorted, metadata).size();
    for (const SafeTensorView &tensor : sorted)
        size += size_of(tensor);
    return bytes(static_cast<std::int64_t>(size));
}

Result<Bytes> write_safetensors(const std::filesystem::path &file, std::vector<SafeTensorView> tensors,
                                const std::map<std::string, std::string> &metadata, std::stop_token stop)
{
    if (const auto name = unfit(tensors))
        return fail(ErrorCode::unwritable,
                    "The tensor \"" + clean_text(*name) + "\" cannot be written to " + file.string()
                        + ": its name stands twice or its bytes do not fit its shape.");
    sort_for_writing(tensors);
    return write_file(file, [&](const ByteSink &sink) -> Status {
        const std::string header = header_text(tensors, metadata);
        if (auto status = sink(std::as_bytes(std::span(header))); !status)
            return status;
        for (const SafeTensorView &tensor : tensors) {
            if (stop.stop_requested())
                return cancelled();
            if (auto status = sink(tensor.bytes); !status)
                return status;
        }
        return {};
    });
}

} // namespace ca
