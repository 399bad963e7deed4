// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"
#include "core/agent/dialects/sse.h"

#include <optional>
#include <string>
#include <vector>

namespace ca {

using Deltas = std::vector<ChatDelta>;

/// What the dialects have in common: an answer comes as a stream of events with JSON in them, as one JSON text where a server
/// does not stream, or as a web page where no such server is there. The type that its header states is not relied on.
class StreamDecoder : public TurnDecoder {
public:
    [[nodiscard]] ChatResult<void> feed(std::string_view bytes, const ChatSink &sink) final;
    [[nodiscard]] ChatResult<ChatTurn> finish(const ChatSink &sink) final;
    [[nodiscard]] bool is_complete() const final { return is_complete_; }

protected:
    /// One event, or the body of an answer that was not streamed; a JSON object that tells of no error. What is new to the person
    /// goes to `deltas`. False: it says nothing that this dialect knows.
    virtual ChatResult<bool> take(std::string_view event, const Json &data, Deltas &deltas) = 0;
    /// The answer so far. What was held back goes to `deltas`.
    virtual ChatTurn turn(Deltas &deltas) = 0;
    void complete() { is_complete_ = true; }

private:
    enum class Form { unknown, stream, json, page };
    void find_form();
    ChatResult<void> take_bytes(std::string_view bytes, const ChatSink &sink);
    ChatResult<void> take_event(const SseEvent &event, const ChatSink &sink);
    ChatResult<void> take_json(std::string_view event, const Json &data, const ChatSink &sink);
    ChatResult<void> take_rest(const ChatSink &sink);
    void tell(const Deltas &deltas, const ChatSink &sink);
    tl::unexpected<ChatFailure> failed(ChatFailure failure);

    SseDecoder sse_;
    Form form_ = Form::unknown;
    std::size_t blank_ = 0;              ///< bytes before it begins
    std::string body_;                   ///< until its form is known; of a JSON text or a page, all of it
    std::optional<ChatFailure> failure_; ///< nothing counts after it
    bool is_complete_ = false, is_understood_ = false, is_shown_ = false;
};

} // namespace ca
