// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

struct z_stream_s;

namespace ca {

/// Unpacks a body as its bytes come (Content-Encoding: gzip or deflate), a block at a time, so that whoever takes the blocks
/// bounds what a small body can unfold to.
class ContentDecoder {
public:
    /// The encodings of RFC 9110 section 8.4.1 that it knows; an error names another one.
    [[nodiscard]] static tl::expected<ContentDecoder, std::string> open(std::string_view encoding);

    /// False from `take` ends it. Errors: what is wrong with the body.
    [[nodiscard]] tl::expected<void, std::string> feed(std::string_view bytes, const std::function<bool(std::string_view)> &take);

private:
    struct End {
        void operator()(z_stream_s *stream) const;
    };
    ContentDecoder() = default;
    [[nodiscard]] tl::expected<void, std::string> unpack(std::string_view bytes,
                                                         const std::function<bool(std::string_view)> &take);

    std::unique_ptr<z_stream_s, End> stream_; // null: the bytes are as they are
    bool has_ended_ = false;                  // the packed stream has; what follows is nothing of it
};

} // namespace ca
