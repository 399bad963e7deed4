// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/llm/content_decoder.h"
#include "core/agent/http.h"

#include <cstdint>
#include <optional>

namespace ca {

/// Takes the answer on one connection apart as its bytes come (HTTP/1.x, RFC 9112): one answer, the interim ones (1xx) skipped.
/// A head is at most 64 KiB long; a body, unpacked or not, at most `most_bytes`.
class HttpReader {
public:
    using OnHead = std::function<bool(const HttpHead &)>;
    using OnBody = std::function<bool(std::string_view)>;
    using Status = tl::expected<void, std::string>; ///< the error is what is said of the answer: "is no HTTP"

    /// The callbacks outlive it; false from either ends it well.
    HttpReader(std::size_t most_bytes, const OnHead &on_head, const OnBody &on_body);

    [[nodiscard]] Status feed(std::string_view bytes);
    /// The other side has closed the connection. False: the answer is not whole.
    [[nodiscard]] bool close();
    /// The answer is whole, or its taker has had enough.
    [[nodiscard]] bool is_complete() const { return part_ == Part::done; }
    [[nodiscard]] bool has_body() const { return packed_ != 0; } ///< some of it has come
    [[nodiscard]] const HttpHead &head() const { return head_; }

private:
    enum class Part { head, sized, chunk_size, chunk, chunk_end, trailers, until_close, done };

    /// Takes a line from the front of `bytes`; nothing while there is no whole one.
    [[nodiscard]] tl::expected<std::optional<std::string>, std::string> take_line(std::string_view &bytes);
    [[nodiscard]] Status act(const std::string &line);
    [[nodiscard]] Status add_to_head(const std::string &line);
    [[nodiscard]] Status begin_body();
    [[nodiscard]] Status begin_chunk(std::string_view line);
    /// Takes what belongs to the body from the front of `bytes`.
    [[nodiscard]] Status take_body(std::string_view &bytes);

    std::size_t most_bytes_;
    const OnHead &on_head_;
    const OnBody &on_body_;
    Part part_ = Part::head;
    std::string line_;
    std::size_t lines_bytes_ = 0; // of the head, the trailers or the size of a chunk so far
    HttpHead head_;
    std::uint64_t left_ = 0; // of the body or the chunk
    std::size_t packed_ = 0, unpacked_ = 0;
    std::optional<ContentDecoder> decoder_;
};

} // namespace ca
