// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/openai_decoder.h"

#include "core/agent/dialects/call_ids.h"
#include "core/agent/dialects/estimate.h"
#include "core/agent/dialects/json_fields.h"
#include "core/agent/dialects/stop_reason.h"

namespace ca {
namespace {

/// The first of the alternatives; only one is asked for.
const Json *first_choice(const Json &data)
{
    const Json *const choices = field(data, "choices");
    if (!choices || !choices->is_array())
        return nullptr;
    for (const Json &choice : *choices)
        if (count_field(choice, "index").value_or(0) == 0)
            return &choice;
    return nullptr;
}

std::int64_t count_within(const Json &usage, const char *details, const char *key)
{
    const Json *const within = field(usage, details);
    return within ? count_field(*within, key).value_or(0) : 0;
}

} // namespace

ChatResult<bool> OpenAiDecoder::take(std::string_view, const Json &data, Deltas &deltas)
{
    take_usage(data);
    const Json *const choice = first_choice(data);
    if (!choice)
        return field(data, "choices") != nullptr;
    if (auto reason = text_field(*choice, "finish_reason"); !reason.empty())
        stop_reason_ = std::move(reason);
    const Json *const delta = field(*choice, "delta");
    const Json *const message = delta ? delta : field(*choice, "message"); // the latter: it was not streamed
    if (message)
        if (auto taken = take_message(*message, deltas); !taken)
            return tl::unexpected<ChatFailure>(std::move(taken.error()));
    return true;
}

void OpenAiDecoder::take_usage(const Json &data)
{
    if (const Json *const usage = field(data, "usage"); usage && usage->is_object()) {
        usage_ = Usage{count_field(*usage, "prompt_tokens").value_or(0),
                       count_within(*usage, "prompt_tokens_details", "cached_tokens"),
                       count_within(*usage, "prompt_tokens_details", "cache_write_tokens"),
                       count_field(*usage, "completion_tokens").value_or(0), false};
        return;
    }
    const Json *const timings = field(data, "timings"); // llama.cpp, asked for usage or not
    if (usage_ || !timings || !count_field(*timings, "prompt_n"))
        return;
    const std::int64_t cached = count_field(*timings, "cache_n").value_or(0);
    usage_ =
        Usage{*count_field(*timings, "prompt_n") + cached, cached, 0, count_field(*timings, "predicted_n").value_or(0), false};
}

ChatResult<void> OpenAiDecoder::take_message(const Json &message, Deltas &deltas)
{
    for (const char *key : {"reasoning_content", "reasoning"}) // llama.cpp, vLLM, DeepSeek; Ollama, OpenRouter
        if (const std::string text = text_field(message, key); !text.empty()) {
            say(ChatDelta::Kind::thinking, text, deltas);
            break; // some send both
        }
    if (const Json *const content = field(message, "content"))
        take_content(*content, deltas);
    if (const std::string refusal = text_field(message, "refusal"); !refusal.empty()) {
        is_refused_ = true;
        say(ChatDelta::Kind::text, refusal, deltas);
    }
    if (const Json *const calls = field(message, "tool_calls"); calls && calls->is_array())
        for (const Json &call : *calls)
            if (auto added = calls_.add(call, deltas); !added)
                return added;
    if (const Json *const function = field(message, "function_call")) // before there were several calls
        return calls_.add({{"function", *function}}, deltas);
    return {};
}

/// A text, or Mistral's list of parts.
void OpenAiDecoder::take_content(const Json &content, Deltas &deltas)
{
    if (content.is_string())
        say(tags_.add(content.get<std::string>()), deltas);
    if (!content.is_array())
        return;
    for (const Json &part : content) {
        say(ChatDelta::Kind::text, text_field(part, "text"), deltas);
        if (const Json *const thinking = field(part, "thinking"); thinking && thinking->is_array())
            for (const Json &piece : *thinking)
                say(ChatDelta::Kind::thinking, text_field(piece, "text"), deltas);
    }
}

void OpenAiDecoder::say(ChatDelta::Kind kind, const std::string &text, Deltas &deltas)
{
    if (text.empty())
        return;
    (kind == ChatDelta::Kind::thinking ? thinking_ : text_) += text;
    deltas.push_back({kind, text});
}

void OpenAiDecoder::say(const Deltas &pieces, Deltas &deltas)
{
    for (const ChatDelta &piece : pieces)
        say(piece.kind, piece.text, deltas);
}

ChatTurn OpenAiDecoder::turn(Deltas &deltas)
{
    say(tags_.rest(), deltas);
    ChatTurn turn;
    turn.message = {ChatRole::assistant, text_, calls_.calls(turn_, deltas)};
    turn.thinking = thinking_;
    turn.stop_reason = stop_reason_;
    turn.end = turn_end(stop_reason_, !turn.message.calls.empty());
    if (is_refused_ && turn.end != TurnEnd::truncated)
        turn.end = TurnEnd::refused;
    turn.has_unparsed_call = turn.message.calls.empty() && has_unparsed_call(text_);
    turn.usage = usage_.value_or(Usage{0, 0, 0, estimated_tokens(turn), true});
    turn.usage.estimated = turn.usage.input == 0; // Ollama leaves it out where its cache held all
    return turn;
}

} // namespace ca
