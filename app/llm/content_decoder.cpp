// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/content_decoder.h"

#include "core/base/json.h"

#include <array>

#define ZLIB_CONST // zlib's header then takes what it only reads as const
#include <zlib.h>

namespace ca {

void ContentDecoder::End::operator()(z_stream_s *stream) const
{
    inflateEnd(stream);
    delete stream;
}

tl::expected<ContentDecoder, std::string> ContentDecoder::open(std::string_view encoding)
{
    ContentDecoder decoder;
    if (encoding.empty() || encoding == "identity")
        return decoder;
    if (encoding != "gzip" && encoding != "x-gzip" && encoding != "deflate")
        return tl::unexpected("is packed in a way that was not asked for (" + clean_text(encoding.substr(0, 40)) + ")");
    constexpr int kEitherHeader = 15 + 32; // the largest window, and zlib looks which of the two headers it is
    decoder.stream_.reset(new z_stream_s{});
    if (inflateInit2(decoder.stream_.get(), kEitherHeader) != Z_OK)
        return tl::unexpected(std::string("cannot be unpacked for want of memory"));
    return decoder;
}

tl::expected<void, std::string> ContentDecoder::feed(std::string_view bytes, const std::function<bool(std::string_view)> &take)
{
    if (stream_)
        return unpack(bytes, take);
    if (!bytes.empty())
        take(bytes);
    return {};
}

tl::expected<void, std::string> ContentDecoder::unpack(std::string_view bytes, const std::function<bool(std::string_view)> &take)
{
    std::array<char, 32 * 1024> block; // NOLINT(*-member-init): inflate writes it
    stream_->next_in = reinterpret_cast<const Bytef *>(bytes.data());
    stream_->avail_in = static_cast<uInt>(bytes.size());
    while (!has_ended_) {
        stream_->next_out = reinterpret_cast<Bytef *>(block.data());
        stream_->avail_out = static_cast<uInt>(block.size());
        const int code = inflate(stream_.get(), Z_SYNC_FLUSH);
        const std::size_t made = block.size() - stream_->avail_out;
        if (made != 0 && !take({block.data(), made}))
            return {};
        if (code == Z_BUF_ERROR || (code == Z_OK && made == 0 && stream_->avail_in == 0))
            return {};
        if (code != Z_OK && code != Z_STREAM_END)
            return tl::unexpected(std::string("cannot be unpacked"));
        has_ended_ = code == Z_STREAM_END;
    }
    return {};
}

} // namespace ca
