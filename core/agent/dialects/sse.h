// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_failure.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

inline constexpr std::size_t kMostLineBytes = 4u << 20;  ///< of a stream; a token is some hundred
inline constexpr std::size_t kMostTurnBytes = 32u << 20; ///< of a whole answer

/// What one blank line of a stream ends.
struct SseEvent {
    std::string name; ///< of its `event:` line, or empty
    std::string data; ///< of its `data:` lines, joined by line feeds
    bool operator==(const SseEvent &) const = default;
};

/// Server-sent events out of bytes, wherever these are cut (WHATWG HTML, section 9.2). Nothing reconnects, so that `id` and
/// `retry` are passed over as comments and unknown fields are; so is an event without data.
class SseDecoder {
public:
    using OnEvent = std::function<ChatResult<void>(const SseEvent &)>;

    /// Failures: `bad_answer` over kMostLineBytes or kMostTurnBytes, and those of `on_event`. After one the decoder is of no use.
    [[nodiscard]] ChatResult<void> feed(std::string_view bytes, const OnEvent &on_event);

    /// The event that was begun when the stream ended. The standard drops it; servers that forget its blank line exist.
    [[nodiscard]] std::optional<SseEvent> rest();

private:
    ChatResult<void> end_line(const OnEvent &on_event);
    void take_field();

    std::string line_; ///< without its end
    SseEvent event_;
    std::size_t bytes_ = 0;
    bool has_data_ = false;
    bool after_return_ = false; ///< a line feed that comes next belongs to the carriage return before it
    bool first_line_ = true;
};

} // namespace ca
