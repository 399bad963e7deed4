// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/chat_client.h"

#include "core/agent/dialects/answer_reader.h"
#include "core/agent/provider/compaction.h"
#include "core/agent/dialects/estimate.h"
#include "core/agent/dialects/failure.h"
#include "core/agent/provider/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace ca {
namespace {

constexpr double kFirstByteLocal = 300; // seconds
constexpr std::int64_t kMoreTokens = 4; // times as many, after an answer that was cut off
constexpr std::int64_t kMostTokens = 32'768;

std::function<double()> generator()
{
    return [engine = std::mt19937(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(engine);
    };
}

/// The request is not taken as it is.
bool is_refusal(const ChatFailure &failure)
{
    return failure.kind == FailureKind::bad_request || failure.kind == FailureKind::context_full
        || failure.kind == FailureKind::too_large;
}

} // namespace

bool pause_until_stopped(double seconds, const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
    return !stop.stop_requested();
}

HttpLimits limits_for(const Endpoint &endpoint)
{
    HttpLimits limits;
    if (endpoint.is_local)
        limits.first_byte = kFirstByteLocal;
    return limits;
}

/// One answer that is wanted, and what was tried for it.
struct ChatClient::Asking {
    ChatRequest request; ///< as it is sent
    int retries = 0;
    bool was_compacted = false;
    Usage spent{};                 ///< on answers that were not good enough
    std::optional<ChatTurn> cut{}; ///< the one that more was asked for
};

struct ChatClient::Answer {
    ChatResult<ChatTurn> turn;
    bool is_shown = false, is_text_shown = false;
};

ChatClient::ChatClient(std::string provider, Endpoint endpoint, std::unique_ptr<Dialect> dialect,
                       std::shared_ptr<Transport> transport, ChatClientOptions options)
    : provider_(std::move(provider)),
      endpoint_(std::move(endpoint)),
      dialect_(std::move(dialect)),
      transport_(std::move(transport)),
      options_(std::move(options)),
      limits_(options_.limits.value_or(limits_for(endpoint_))),
      context_(options_.context)
{
    if (!options_.pause)
        options_.pause = pause_until_stopped;
    if (!options_.random)
        options_.random = generator();
}

ChatResult<ChatTurn> ChatClient::ask(const ChatRequest &request, const ChatSink &sink, std::stop_token stop)
{
    Asking asking{request};
    fit(asking);
    for (;;) {
        Answer answer = attempt(asking, sink, stop);
        if (answer.turn) {
            asking.spent += answer.turn->usage;
            if (ask_for_more(asking, answer))
                continue;
            answer.turn->usage = asking.spent;
            return std::move(answer.turn);
        }
        ChatFailure &failure = answer.turn.error();
        if (failure.context)
            context_ = failure.context;
        asking.spent += failure.usage;
        if (mend(asking, failure) || wait(asking, failure, stop))
            continue;
        return end(asking, std::move(failure), stop);
    }
}

ChatResult<ChatTurn> ChatClient::end(const Asking &asking, ChatFailure failure, const std::stop_token &stop)
{
    if (asking.cut && is_refusal(failure)) { // so many tokens are not to be had
        ChatTurn turn = *asking.cut;
        turn.usage = asking.spent;
        return turn;
    }
    if (stop.stop_requested()) {
        failure.kind = FailureKind::cancelled;
        failure.sentence = "The request was stopped.";
    }
    failure.usage = asking.spent;
    return tl::unexpected(std::move(failure));
}

ChatClient::Answer ChatClient::attempt(const Asking &asking, const ChatSink &sink, const std::stop_token &stop)
{
    Answer answer;
    const ChatSink watched = [&](const ChatDelta &delta) {
        answer.is_shown = true;
        answer.is_text_shown = answer.is_text_shown || delta.kind == ChatDelta::Kind::text;
        if (sink)
            sink(delta);
    };
    answer.turn = exchange(asking.request, watched, stop);
    if (answer.turn) {
        if (answer.turn->end == TurnEnd::truncated && !answer.is_shown)
            answer.turn = tl::unexpected(answer_not_begun(endpoint_));
        else
            answer.turn->usage = usage_or_estimate(asking.request, *answer.turn);
    }
    if (!answer.turn) {
        answer.turn.error().after_content = answer.turn.error().after_content || answer.is_shown;
        remove_key(answer.turn.error(), endpoint_.key);
    }
    return answer;
}

ChatResult<ChatTurn> ChatClient::exchange(const ChatRequest &request, const ChatSink &sink, const std::stop_token &stop)
{
    const HttpRequest sent = dialect_->encode(endpoint_, request, dropped_);
    if (options_.on_request)
        options_.on_request(sent.body);
    ++requests_;
    AnswerReader reader(*dialect_, endpoint_, request.messages.size(), sink); // a number that no other turn of it has
    const auto head = transport_->send(
        sent, limits_, [&](const HttpHead &answered) { return reader.begin(answered); },
        [&](std::string_view bytes) { return reader.take(bytes); }, stop);
    if (head)
        return reader.finish();
    auto turn = reader.finish_lost(head.error());
    if (!turn && turn.error().after_content)
        turn.error().usage = usage_or_estimate(request, reader.turn_so_far());
    return turn;
}

bool ChatClient::ask_for_more(Asking &asking, const Answer &answer)
{
    const ChatTurn &turn = *answer.turn;
    if (turn.end == TurnEnd::context_full)
        return !answer.is_shown && compact(asking);
    const std::int64_t more = std::min(asking.request.max_tokens * kMoreTokens, kMostTokens);
    const bool is_cut_call = turn.end == TurnEnd::length && !turn.message.calls.empty();
    if (!is_cut_call || answer.is_text_shown || asking.cut || more <= asking.request.max_tokens)
        return false;
    asking.request.max_tokens = more;
    asking.cut = turn;
    return true;
}

/// Whether the request was changed so that the server may take it.
bool ChatClient::mend(Asking &asking, const ChatFailure &failure)
{
    if (failure.after_content || asking.cut)
        return false;
    if (failure.kind == FailureKind::context_full || failure.kind == FailureKind::too_large)
        return compact(asking);
    if (failure.kind != FailureKind::bad_request || !is_droppable(failure.parameter))
        return false;
    auto &parameters = dropped_.parameters;
    if (std::find(parameters.begin(), parameters.end(), failure.parameter) != parameters.end())
        return false;
    parameters.push_back(failure.parameter);
    return true;
}

bool ChatClient::compact(Asking &asking)
{
    if (std::exchange(asking.was_compacted, true))
        return false;
    const std::vector<ChatMessage> before = asking.request.messages;
    compacted_ = compactable(before);
    ca::compact(asking.request.messages, compacted_);
    return asking.request.messages != before;
}

bool ChatClient::wait(Asking &asking, const ChatFailure &failure, const std::stop_token &stop)
{
    const auto delay = retry_delay(failure, asking.retries, options_.random(), {dialect_->longest_wait(), endpoint_.is_local});
    if (!delay)
        return false;
    if (options_.on_retry)
        options_.on_retry(failure, *delay);
    if (!options_.pause(*delay, stop))
        return false;
    ++asking.retries;
    return true;
}

void ChatClient::fit(Asking &asking)
{
    constexpr double kFull = 0.75; // of the context; the rest is for the answer, and for what the estimate misses
    auto &messages = asking.request.messages;
    if (compacted_ > compactable(messages))
        compacted_ = 0; // another conversation
    ca::compact(messages, compacted_);
    if (context_ && static_cast<double>(estimated_tokens(asking.request)) > kFull * static_cast<double>(*context_)) {
        compacted_ = compactable(messages);
        ca::compact(messages, compacted_);
    }
}

} // namespace ca
