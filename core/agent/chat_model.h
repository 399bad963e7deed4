// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"
#include "core/agent/chat_failure.h"

#include <functional>
#include <stop_token>

namespace ca {

/// Hears an answer while it comes, on the thread that asks.
using ChatSink = std::function<void(const ChatDelta &)>;

/// Whoever answers: a provider over the network, the advisor that needs none, a script in a test. For one thread at a time.
class ChatModel {
public:
    ChatModel() = default;
    ChatModel(const ChatModel &) = delete;
    ChatModel &operator=(const ChatModel &) = delete;
    virtual ~ChatModel() = default;

    /// Waits for the whole answer. Retries are made within; a failure is final. After a stop the turn so far, `TurnEnd::stopped`,
    /// or `cancelled` where there is nothing of it.
    [[nodiscard]] virtual ChatResult<ChatTurn> ask(const ChatRequest &request, const ChatSink &sink, std::stop_token stop) = 0;
    [[nodiscard]] virtual std::string provider() const = 0; ///< `offline`, `openai`, `anthropic`, or the host of a URL
    [[nodiscard]] virtual std::string name() const = 0;     ///< of the model; empty for `offline`
};

} // namespace ca
