// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/deflate.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace ca {
namespace {

constexpr std::size_t kFirst = std::size_t{1} << 16U; // bytes to begin with; then twice as many each time

/// Ends a stream however its reading ends.
class Inflater {
public:
    explicit Inflater(std::span<const std::byte> bytes)
    {
        stream_.next_in = reinterpret_cast<const Bytef *>(bytes.data());
        stream_.avail_in = static_cast<uInt>(bytes.size());
        if (inflateInit(&stream_) != Z_OK)
            throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    /// zlib's code.
    int read(std::span<std::byte> into)
    {
        stream_.next_out = reinterpret_cast<Bytef *>(into.data());
        stream_.avail_out = static_cast<uInt>(into.size());
        return ::inflate(&stream_, Z_NO_FLUSH);
    }
    [[nodiscard]] std::size_t unfilled() const { return stream_.avail_out; }
    [[nodiscard]] bool all_read() const { return stream_.avail_in == 0; }

private:
    z_stream stream_{};
};

} // namespace

std::vector<std::byte> deflated(std::span<const std::byte> bytes)
{
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::vector<std::byte> result(size);
    if (compress2(reinterpret_cast<Bytef *>(result.data()), &size, reinterpret_cast<const Bytef *>(bytes.data()),
                  static_cast<uLong>(bytes.size()), Z_BEST_COMPRESSION)
        != Z_OK)
        throw std::bad_alloc(); // the room is enough, so nothing else goes wrong
    result.resize(size);
    return result;
}

bool is_deflated(std::span<const std::byte> bytes)
{
    constexpr unsigned kMethod = 8, kWindow = 7, kCheck = 31; // deflate; 32 kB; what the first two bytes are a multiple of
    if (bytes.size() < 2)
        return false;
    const auto first = std::to_integer<unsigned>(bytes[0]), second = std::to_integer<unsigned>(bytes[1]);
    return (first & 0xFU) == kMethod && first >> 4U <= kWindow && (first << 8U | second) % kCheck == 0;
}

Result<std::vector<std::byte>> inflated(std::span<const std::byte> bytes, std::size_t limit)
{
    const auto damaged = [] { return fail(ErrorCode::bad_format, "The compressed bytes are damaged."); };
    if (bytes.size() > std::numeric_limits<uInt>::max())
        return damaged();
    Inflater stream(bytes);
    std::vector<std::byte> result;
    for (std::size_t room = kFirst; result.size() < limit; room *= 2) {
        const std::size_t before = result.size();
        result.resize(std::min(limit, before + room));
        const int code = stream.read(std::span(result).subspan(before));
        result.resize(result.size() - stream.unfilled());
        if (code == Z_STREAM_END && stream.all_read())
            return result;
        if (code != Z_OK || stream.unfilled() > 0)
            return damaged();
    }
    return fail(ErrorCode::bad_format,
                "The compressed bytes are more than " + std::to_string(limit) + " when they are unpacked.");
}

} // namespace ca
