// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_model.h"
#include "core/agent/http.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// Who is asked, and how.
struct Endpoint {
    std::string base;      ///< `https://api.openai.com/v1`, with its version and without a slash at its end
    std::string model;     ///< the name that the server knows
    std::string key;       ///< empty: none is sent
    bool is_local = false; ///< on this machine: slow to begin, and its key means nothing
};

/// What a server turned out not to take, so that it is not sent again.
struct Dropped {
    std::vector<std::string> parameters; ///< those that is_droppable() knows; in place of one name of the limit comes the other
    bool old_max_tokens = false;         ///< `max_tokens` in place of `max_completion_tokens`
};
/// Whether a request can do without: `stream_options`, `parallel_tool_calls`, `strict`, `cache_control`, `max_tokens`,
/// `max_completion_tokens`. ChatFailure::parameter speaks of them by these names, however deep they stand in the request.
[[nodiscard]] bool is_droppable(std::string_view parameter);

struct ListedModel {
    std::string id, title;
    std::optional<std::int64_t> context; ///< tokens that it reads, where the server says
    bool operator==(const ListedModel &) const = default;
};

/// Makes one answer out of the bytes of a stream, wherever they are cut, or out of a body that was not streamed.
class TurnDecoder {
public:
    TurnDecoder() = default;
    TurnDecoder(const TurnDecoder &) = delete;
    TurnDecoder &operator=(const TurnDecoder &) = delete;
    virtual ~TurnDecoder() = default;

    /// Failures: those that came within the stream, and limits (4 MiB a line, 32 MiB a turn, depth 64).
    [[nodiscard]] virtual ChatResult<void> feed(std::string_view bytes, const ChatSink &sink) = 0;
    /// The stream has ended: what it came to. Failures: `bad_answer` where nothing of it was understood.
    [[nodiscard]] virtual ChatResult<ChatTurn> finish(const ChatSink &sink) = 0;
    /// It came to its end, and nothing that follows matters.
    [[nodiscard]] virtual bool is_complete() const = 0;
};

/// A vendor's way of saying things: pure functions of bytes.
class Dialect {
public:
    Dialect() = default;
    Dialect(const Dialect &) = delete;
    Dialect &operator=(const Dialect &) = delete;
    virtual ~Dialect() = default;

    [[nodiscard]] virtual HttpRequest encode(const Endpoint &endpoint, const ChatRequest &request,
                                             const Dropped &dropped) const = 0;
    /// `turn`: the number of the turn, for ids of calls that a server leaves out.
    [[nodiscard]] virtual std::unique_ptr<TurnDecoder> decoder(std::size_t turn) const = 0;
    /// Of any vendor: gateways answer in the words of others.
    [[nodiscard]] static ChatFailure failure(const HttpHead &head, std::string_view body);
    /// `after`: the id that the last page ended with; empty for the first.
    [[nodiscard]] virtual HttpRequest list_models(const Endpoint &endpoint, const std::string &after) const = 0;
    /// Models, and where the next page begins; empty: this was the last.
    [[nodiscard]] static ChatResult<std::pair<std::vector<ListedModel>, std::string>> models(std::string_view body);
    /// Seconds that a server may ask for before a retry; see RetryRule.
    [[nodiscard]] virtual double longest_wait() const = 0;
};
[[nodiscard]] std::unique_ptr<Dialect> openai_dialect();
[[nodiscard]] std::unique_ptr<Dialect> anthropic_dialect();

} // namespace ca
