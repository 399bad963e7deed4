// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ca {

/// Waits; false where it was stopped before.
using Pause = std::function<bool(double seconds, std::stop_token)>;
[[nodiscard]] bool pause_until_stopped(double seconds, const std::stop_token &stop);

/// For a server on this machine, which may have to load the model first, more patience before the first byte.
[[nodiscard]] HttpLimits limits_for(const Endpoint &endpoint);

struct ChatClientOptions {
    std::optional<std::int64_t> context{}; ///< tokens that the model reads, where that is known
    std::optional<HttpLimits> limits{};    ///< absent: limits_for(endpoint)
    Pause pause{};                         ///< between tries; absent: pause_until_stopped
    std::function<double()> random{};      ///< 0..1, shortens pauses; absent: a generator of its own
    /// Hears why, and in how many seconds, the request is sent again.
    std::function<void(const ChatFailure &failure, double seconds)> on_retry{};
    /// Hears the body of each request before it is sent, byte for byte; keys are not in it.
    std::function<void(const std::string &body)> on_request{};
};

/// A provider over the network: a dialect, a transport, and what may be done where an answer fails.
///
/// Sent again, while nothing of an answer was shown: what retry_delay() says; at once and once each, without a parameter that the
/// server does not take, and with old results of tools compacted where the conversation is too long. An answer that was cut off
/// at max_tokens within a tool call is asked for once more with more tokens, unless text of it was shown. What such an answer
/// cost is part of the usage of the one that is returned. Results are also compacted before, where the request would fill more
/// than three quarters of what the model is known to read; what was compacted stays so, for the sake of the vendor's cache.
class ChatClient final : public ChatModel {
public:
    ChatClient(std::string provider, Endpoint endpoint, std::unique_ptr<Dialect> dialect, std::shared_ptr<Transport> transport,
               ChatClientOptions options = {});

    [[nodiscard]] ChatResult<ChatTurn> ask(const ChatRequest &request, const ChatSink &sink, std::stop_token stop) override;
    [[nodiscard]] std::string provider() const override { return provider_; }
    [[nodiscard]] std::string name() const override { return endpoint_.model; }

    /// Tokens that the model reads, as it was told or has learned.
    [[nodiscard]] std::optional<std::int64_t> context() const { return context_; }
    [[nodiscard]] std::size_t requests() const { return requests_; } ///< sent so far

private:
    struct Asking;
    struct Answer;
    [[nodiscard]] Answer attempt(const Asking &asking, const ChatSink &sink, const std::stop_token &stop);
    [[nodiscard]] ChatResult<ChatTurn> exchange(const ChatRequest &request, const ChatSink &sink, const std::stop_token &stop);
    [[nodiscard]] bool ask_for_more(Asking &asking, const Answer &answer);
    [[nodiscard]] bool mend(Asking &asking, const ChatFailure &failure);
    [[nodiscard]] bool compact(Asking &asking);
    [[nodiscard]] bool wait(Asking &asking, const ChatFailure &failure, const std::stop_token &stop);
    [[nodiscard]] static ChatResult<ChatTurn> end(const Asking &asking, ChatFailure failure, const std::stop_token &stop);
    void fit(Asking &asking);

    std::string provider_;
    Endpoint endpoint_;
    std::unique_ptr<Dialect> dialect_;
    std::shared_ptr<Transport> transport_;
    ChatClientOptions options_;
    HttpLimits limits_;
    Dropped dropped_;
    std::optional<std::int64_t> context_;
    std::size_t compacted_ = 0; ///< messages from the first whose results are sent compacted
    std::size_t requests_ = 0;
};

} // namespace ca
