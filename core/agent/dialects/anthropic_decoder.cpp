// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/anthropic_decoder.h"

#include "core/agent/dialects/call_ids.h"
#include "core/agent/dialects/estimate.h"
#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/json_fields.h"
#include "core/agent/dialects/stop_reason.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kMostBlocks = 1024;

void say(ChatDelta::Kind kind, const std::string &text, Deltas &deltas)
{
    if (!text.empty())
        deltas.push_back({kind, text});
}

} // namespace

std::string AnthropicDecoder::Block::type() const
{
    return text_field(start, "type");
}

/// Its input came in pieces, or whole at the start from servers that imitate the vendor's.
ToolCall AnthropicDecoder::Block::call() const
{
    const Json *const whole = field(start, "input");
    return {text_field(start, "id"), text_field(start, "name"), !input.empty() ? input : whole ? canonical(*whole) : "{}"};
}

std::optional<Json> AnthropicDecoder::Block::whole() const
{
    Json block = start;
    if (!is_closed)
        return std::nullopt;
    if (type() == "text")
        block["text"] = text;
    if (type() == "thinking") {
        block["thinking"] = text;
        block["signature"] = signature;
    }
    if (!input.empty()) {
        auto value = parse_json(input, "A call");
        if (!value || !value->is_object())
            return std::nullopt;
        block["input"] = std::move(*value);
    }
    return block;
}

ChatResult<bool> AnthropicDecoder::take(std::string_view event, const Json &data, Deltas &deltas)
{
    const std::string stated = text_field(data, "type");
    const std::string_view type = stated.empty() ? event : std::string_view(stated);
    const std::int64_t index = count_field(data, "index").value_or(0);
    const Json nothing = Json::object();
    const auto part = [&](const char *key) -> const Json & { return field(data, key) ? *field(data, key) : nothing; };
    if (type == "message") // it was not streamed
        return take_message(data, deltas);
    if (type == "message_start") {
        take_usage(field(part("message"), "usage"), false);
    } else if (type == "content_block_start") {
        return begin_block(index, part("content_block"), deltas);
    } else if (type == "content_block_delta") {
        add_to_block(index, part("delta"), deltas);
    } else if (type == "content_block_stop") {
        if (Block *const block = latest(index))
            block->is_closed = true;
    } else if (type == "message_delta") {
        take_stop(part("delta"));
        take_usage(field(data, "usage"), true);
    } else if (type == "message_stop") {
        complete();
    } else {
        return false; // a ping, or what will be thought of later
    }
    return true;
}

AnthropicDecoder::Block *AnthropicDecoder::latest(std::int64_t index)
{
    const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(), [&](const Block &block) { return block.index == index; });
    return found == blocks_.rend() ? nullptr : &*found;
}

ChatResult<bool> AnthropicDecoder::begin_block(std::int64_t index, const Json &start, Deltas &deltas)
{
    if (blocks_.size() == kMostBlocks)
        return bad_answer("The provider's answer has more parts than this program reads. Ask again.");
    if (const Block *const open = latest(index); open && !open->is_closed) // what follows could belong to either
        return bad_answer("The provider's answer numbers two of its parts alike. Ask again, or choose another model.");
    Block &block = blocks_.emplace_back(Block{index, start});
    if (block.type() == "tool_use")
        deltas.push_back({ChatDelta::Kind::call, text_field(start, "name")});
    for (const char *key : {"text", "thinking"})
        block.text += text_field(start, key);
    block.signature = text_field(start, "signature");
    say(block.type() == "thinking" ? ChatDelta::Kind::thinking : ChatDelta::Kind::text, block.text, deltas);
    return true;
}

/// Of a block whose start was lost only a text can be used.
void AnthropicDecoder::add_to_block(std::int64_t index, const Json &delta, Deltas &deltas)
{
    const std::string type = text_field(delta, "type");
    Block *const begun = latest(index);
    if (!begun && (type != "text_delta" || blocks_.size() == kMostBlocks))
        return;
    Block &block = begun ? *begun : blocks_.emplace_back(Block{index, {{"type", "text"}}});
    const std::string of = block.type();
    if (type == "text_delta" && of == "text") {
        block.text += text_field(delta, "text");
        say(ChatDelta::Kind::text, text_field(delta, "text"), deltas);
    } else if (type == "thinking_delta" && of == "thinking") {
        block.text += text_field(delta, "thinking");
        say(ChatDelta::Kind::thinking, text_field(delta, "thinking"), deltas);
    } else if (type == "signature_delta" && of == "thinking") {
        block.signature += text_field(delta, "signature");
    } else if (type == "input_json_delta" && of.ends_with("tool_use")) { // the server's own tools, too
        block.input += text_field(delta, "partial_json");
    } else if (type == "citations_delta" && of == "text" && field(delta, "citation")) {
        if (!block.start["citations"].is_array())
            block.start["citations"] = Json::array();
        block.start["citations"].push_back(*field(delta, "citation"));
    }
}

ChatResult<bool> AnthropicDecoder::take_message(const Json &message, Deltas &deltas)
{
    take_stop(message);
    take_usage(field(message, "usage"), true);
    const Json *const content = field(message, "content");
    if (content && content->is_array()) {
        for (std::size_t i = 0; i < content->size(); ++i) {
            const auto index = static_cast<std::int64_t>(i);
            if (auto begun = begin_block(index, (*content)[i], deltas); !begun)
                return begun;
            blocks_.back().is_closed = true;
        }
    }
    return true;
}

void AnthropicDecoder::take_stop(const Json &delta)
{
    if (auto reason = text_field(delta, "stop_reason"); !reason.empty())
        stop_reason_ = std::move(reason);
    if (const Json *const details = field(delta, "stop_details"))
        explanation_ = text_field(*details, "explanation");
}

/// Counts are of the whole turn each time, so that a later one takes the place of an earlier.
void AnthropicDecoder::take_usage(const Json *usage, bool at_end)
{
    if (!usage)
        return;
    input_ = count_field(*usage, "input_tokens").value_or(input_);
    cached_ = count_field(*usage, "cache_read_input_tokens").value_or(cached_);
    cache_written_ = count_field(*usage, "cache_creation_input_tokens").value_or(cache_written_);
    output_ = count_field(*usage, "output_tokens").value_or(output_);
    is_counted_ = is_counted_ || (at_end && count_field(*usage, "output_tokens"));
}

std::string AnthropicDecoder::text_of(const char *type) const
{
    std::string text;
    for (const Block &block : blocks_)
        if (block.type() == type)
            text += block.text;
    return text;
}

/// Until its end the server tells of the first token of the answer alone.
Usage AnthropicDecoder::usage_of(const ChatTurn &turn) const
{
    Usage usage{input_ + cached_ + cache_written_, cached_, cache_written_, output_, false};
    usage.estimated = !is_counted_ || usage.input == 0;
    if (!is_counted_)
        usage.output = std::max(output_, estimated_tokens(turn));
    return usage;
}

/// All blocks as they came, where the vendor wants them back so; null where text and calls say it all.
Json AnthropicDecoder::opaque_blocks(TurnEnd end) const
{
    if (end != TurnEnd::complete && end != TurnEnd::tool_calls && end != TurnEnd::paused)
        return nullptr;
    Json blocks = Json::array();
    bool is_plain = end != TurnEnd::paused;
    for (const Block &block : blocks_) {
        auto whole = block.whole();
        if (!whole)
            return nullptr;
        const std::string type = block.type();
        is_plain = is_plain && (type == "text" || type == "tool_use");
        if (type != "text" || !block.text.empty()) // which it would not take back
            blocks.push_back(std::move(*whole));
    }
    return is_plain ? Json(nullptr) : blocks;
}

ChatTurn AnthropicDecoder::turn(Deltas &deltas)
{
    ChatTurn turn;
    turn.message.role = ChatRole::assistant;
    bool is_whole = true;
    for (const Block &block : blocks_) {
        if (block.type() != "tool_use")
            continue;
        turn.message.calls.push_back(block.call());
        is_whole = is_whole && block.is_closed;
    }
    turn.message.text = text_of("text");
    turn.thinking = text_of("thinking");
    turn.stop_reason = stop_reason_;
    turn.end = turn_end(stop_reason_, !turn.message.calls.empty());
    if (turn.end == TurnEnd::tool_calls && (!is_whole || turn.message.calls.size() > kMostCalls))
        turn.end = TurnEnd::truncated;
    if (turn.end == TurnEnd::refused && turn.message.text.empty() && !explanation_.empty()) {
        turn.message.text = explanation_;
        say(ChatDelta::Kind::text, explanation_, deltas);
    }
    turn.message.opaque = opaque_blocks(turn.end);
    complete_ids(turn.message.calls, turn_);
    turn.has_unparsed_call = turn.message.calls.empty() && has_unparsed_call(turn.message.text);
    turn.usage = usage_of(turn);
    return turn;
}

} // namespace ca
