// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/answer_reader.h"

#include "core/agent/provider/web_address.h"

namespace ca {
namespace {

constexpr std::size_t kMostRefusal = 64 * 1024; // bytes of it that are looked at

bool is_empty(const ChatTurn &turn)
{
    return turn.message.text.empty() && turn.message.calls.empty() && turn.thinking.empty();
}

ChatFailure sent_elsewhere(const HttpHead &head, const Endpoint &endpoint)
{
    const std::string *const location = header(head, "location");
    const std::string to = location ? shown_host(*location) : std::string();
    ChatFailure failure;
    failure.kind = FailureKind::not_found;
    failure.http_status = head.status;
    failure.sentence = shown_host(endpoint.base) + " sends the request on to " + (to.empty() ? "another address" : to)
        + ", and nothing is sent there by itself. Set the address of the provider to where it is now, if you trust it.";
    return failure;
}

} // namespace

ChatFailure answer_not_begun(const Endpoint &endpoint)
{
    ChatFailure failure;
    failure.kind = FailureKind::connection;
    failure.sentence = shown_host(endpoint.base) + " ended its answer before it began. Ask again, or choose another model.";
    return failure;
}

AnswerReader::AnswerReader(const Dialect &dialect, const Endpoint &endpoint, std::size_t turn, const ChatSink &sink)
    : dialect_(dialect), endpoint_(endpoint), sink_(sink), decoder_(dialect.decoder(turn))
{
}

bool AnswerReader::begin(const HttpHead &head)
{
    head_ = head;
    return true;
}

bool AnswerReader::take(std::string_view bytes)
{
    if (!is_answer()) {
        body_ += bytes.substr(0, kMostRefusal - body_.size());
        return body_.size() < kMostRefusal;
    }
    if (const auto fed = decoder_->feed(bytes, sink_); !fed)
        failure_ = fed.error();
    return !failure_ && !decoder_->is_complete();
}

ChatResult<ChatTurn> AnswerReader::finish()
{
    if (!is_answer())
        return tl::unexpected(refusal());
    if (failure_)
        return tl::unexpected(*failure_);
    return decoder_->finish(sink_);
}

ChatResult<ChatTurn> AnswerReader::finish_lost(const ChatFailure &lost)
{
    if (head_.status == 0)
        return tl::unexpected(lost);
    if (!is_answer() && lost.kind != FailureKind::cancelled)
        return tl::unexpected(refusal()); // its status says enough
    auto turn = is_answer() ? decoder_->finish(sink_) : ChatResult<ChatTurn>(tl::unexpected(lost));
    if (!turn)
        return tl::unexpected(lost);
    turn_ = std::move(*turn);
    const bool is_stopped = lost.kind == FailureKind::cancelled;
    if (is_stopped && !is_empty(turn_)) {
        turn_.end = TurnEnd::stopped;
        return turn_;
    }
    if (!is_stopped && turn_.end != TurnEnd::truncated)
        return turn_;
    ChatFailure failure = lost;
    failure.after_content = !is_empty(turn_);
    return tl::unexpected(std::move(failure));
}

ChatFailure AnswerReader::refusal() const
{
    if (head_.status >= 300 && head_.status < 400)
        return sent_elsewhere(head_, endpoint_);
    return dialect_.failure(head_, body_);
}

} // namespace ca
