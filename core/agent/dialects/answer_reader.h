// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

namespace ca {

/// The stream ended before anything of an answer came.
[[nodiscard]] ChatFailure answer_not_begun(const Endpoint &endpoint);

/// What a server answers to one request, as a transport hands it over: a stream for the dialect's decoder, an error, or a
/// redirect.
class AnswerReader {
public:
    /// All of them outlive it. `turn`: as Dialect::decoder.
    AnswerReader(const Dialect &dialect, const Endpoint &endpoint, std::size_t turn, const ChatSink &sink);

    /// False: no more is wanted.
    [[nodiscard]] bool begin(const HttpHead &head);
    [[nodiscard]] bool take(std::string_view bytes);

    /// The answer has come to its end.
    [[nodiscard]] ChatResult<ChatTurn> finish();
    /// The connection was lost, or the person stopped it. The turn where it is whole but for the end of its stream, or was
    /// stopped after something of it came.
    [[nodiscard]] ChatResult<ChatTurn> finish_lost(const ChatFailure &lost);
    /// After finish_lost(): what had come.
    [[nodiscard]] const ChatTurn &turn_so_far() const { return turn_; }

private:
    [[nodiscard]] bool is_answer() const { return head_.status >= 200 && head_.status < 300; }
    [[nodiscard]] ChatFailure refusal() const;

    const Dialect &dialect_;
    const Endpoint &endpoint_;
    const ChatSink &sink_;
    std::unique_ptr<TurnDecoder> decoder_;
    HttpHead head_;    ///< status 0: none came
    std::string body_; ///< of a refusal
    std::optional<ChatFailure> failure_;
    ChatTurn turn_;
};

} // namespace ca
