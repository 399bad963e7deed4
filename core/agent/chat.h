// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ca {

enum class ChatRole { user, assistant, tool };

/// A tool that the model wants called.
struct ToolCall {
    std::string id;        ///< opaque; never empty: made up where a server sent none
    std::string name;      ///< as the model wrote it
    std::string arguments; ///< JSON text as the model wrote it, which may be no JSON; `{}` where it wrote none
    bool operator==(const ToolCall &) const = default;
};

/// One message of a conversation, in no vendor's dialect.
struct ChatMessage {
    ChatRole role = ChatRole::user;
    std::string text;
    std::vector<ToolCall> calls{}; ///< of the assistant's
    std::string call_id{};         ///< of a tool's: which call it answers
    bool failed = false;           ///< of a tool's: the answer is a refusal, with what to do
    Json opaque = nullptr;         ///< the vendor's blocks that it wants back as they were (signed thinking); null: none
    bool operator==(const ChatMessage &) const = default;
};

/// A tool as the model is told of it. `parameters` is a closed JSON schema: every property required, absent = null.
struct ToolSpec {
    std::string name, description;
    Json parameters;
};

struct ChatRequest {
    std::string system; ///< the task's contract; stays the same byte for byte while a study runs, so that caches hit
    std::vector<ChatMessage> messages;
    std::vector<ToolSpec> tools;
    std::int64_t max_tokens = 4096; ///< of the answer
};

/// Tokens of one or more turns.
struct Usage {
    std::int64_t input = 0;  ///< all that was read, cached or not
    std::int64_t cached = 0; ///< of `input`, read from the vendor's cache
    std::int64_t cache_written = 0;
    std::int64_t output = 0;
    bool estimated = false; ///< counted here, by length, because the server did not say
    Usage &operator+=(const Usage &other);
    bool operator==(const Usage &) const = default;
};

enum class TurnEnd {
    complete,     ///< it said all that it wanted
    tool_calls,   ///< and now wants tools called
    length,       ///< cut off at max_tokens
    refused,      ///< by the model or a filter of its vendor
    paused,       ///< send the same message back and it goes on
    context_full, ///< the conversation is longer than the model reads
    truncated,    ///< the stream ended without saying why: nothing of it may be carried out
    stopped,      ///< the person stopped it
};

/// What a model answered.
struct ChatTurn {
    ChatMessage message;  ///< of the assistant's
    std::string thinking; ///< shown folded, never sent back
    TurnEnd end = TurnEnd::truncated;
    std::string stop_reason; ///< the server's word for `end`
    Usage usage{};
    /// A tool call that was left in the text because the server could not parse it. It is shown, and never carried out.
    bool has_unparsed_call = false;
    bool operator==(const ChatTurn &) const = default;
};

/// Tools may be carried out: the stream ended as it should, and asks for some.
[[nodiscard]] bool may_call_tools(const ChatTurn &turn);

/// A piece of an answer while it comes.
struct ChatDelta {
    enum class Kind { text, thinking, call } kind = Kind::text;
    std::string text; ///< whole UTF-8 characters; of a call, the tool's name, once
    bool operator==(const ChatDelta &) const = default;
};

} // namespace ca
