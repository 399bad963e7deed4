// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/openai_calls.h"
#include "core/agent/dialects/stream_decoder.h"
#include "core/agent/dialects/think_tags.h"

namespace ca {

/// An answer of OpenAI Chat Completions, and of what the servers that imitate it make of that.
class OpenAiDecoder final : public StreamDecoder {
public:
    explicit OpenAiDecoder(std::size_t turn) : turn_(turn) { }

protected:
    ChatResult<bool> take(std::string_view event, const Json &data, Deltas &deltas) override;
    ChatTurn turn(Deltas &deltas) override;

private:
    void take_usage(const Json &data);
    void take_content(const Json &content, Deltas &deltas);
    ChatResult<void> take_message(const Json &message, Deltas &deltas);
    void say(ChatDelta::Kind kind, const std::string &text, Deltas &deltas);
    void say(const Deltas &pieces, Deltas &deltas);

    std::size_t turn_;
    std::string text_, thinking_, stop_reason_;
    bool is_refused_ = false;
    std::optional<Usage> usage_;
    ThinkTags tags_;
    OpenAiCalls calls_;
};

} // namespace ca
