// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/advisor.h"

#include "core/agent/advisor_request.h"
#include "core/agent/dialects/estimate.h"
#include "core/agent/offline_advisor.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::int64_t kMostTokens = 4096; // of an answer
constexpr std::int64_t kFewestTokens = 256;
constexpr const char *kReminder = "Go on with the tools, or call finish.";
constexpr const char *kStopped = "The person stopped this before it was done.";

bool says_nothing(const ChatTurn &turn)
{
    return turn.message.calls.empty() && turn.message.text.find_first_not_of(" \t\r\n") == std::string::npos;
}

Json usage_json(const Usage &usage)
{
    return {{"input", usage.input},
            {"cached", usage.cached},
            {"cache_written", usage.cache_written},
            {"output", usage.output},
            {"estimated", usage.estimated}};
}

std::string text_of(TurnEnd end)
{
    switch (end) {
    case TurnEnd::complete:
        return "complete";
    case TurnEnd::tool_calls:
        return "tool_calls";
    case TurnEnd::length:
        return "length";
    case TurnEnd::refused:
        return "refused";
    case TurnEnd::paused:
        return "paused";
    case TurnEnd::context_full:
        return "context_full";
    case TurnEnd::truncated:
        return "truncated";
    case TurnEnd::stopped:
        return "stopped";
    }
    return "";
}

/// The program's own advisor quotes examples of phrases and the person's words, whose figures claim nothing.
std::vector<TextSpan> without_quoted(std::vector<TextSpan> spans)
{
    bool is_quoted = false;
    for (TextSpan &span : spans) {
        if (span.kind != TextSpan::Kind::plain && is_quoted)
            span = {TextSpan::Kind::plain, std::move(span.text)};
        for (std::size_t i = 0; i < span.text.size(); ++i) {
            const std::string_view rest = std::string_view(span.text).substr(i);
            if (rest.starts_with("“") || rest.starts_with("”") || rest.starts_with("\""))
                is_quoted = rest.starts_with("“") || (!rest.starts_with("”") && !is_quoted);
        }
    }
    return spans;
}

/// Its last answer is a tool's, which nobody has read.
bool was_cut_off(const std::vector<ChatMessage> &history)
{
    if (history.empty() || history.back().role != ChatRole::tool)
        return false;
    for (const ChatMessage &message : history)
        for (const ToolCall &call : message.calls)
            if (call.id == history.back().call_id)
                return call.name != "finish" || history.back().failed;
    return true;
}

std::string number_of(std::size_t count, const char *one, const char *more)
{
    return std::to_string(count) + (count == 1 ? one : more);
}

} // namespace

Advisor::Advisor(ChatModel &model, ChatModel &offline, ToolBox &tools, AgentSink &sink, AdvisorOptions options)
    : model_(&model), offline_(offline), tools_(tools), sink_(sink), options_(std::move(options)), history_(options_.history)
{
}

void Advisor::speak_with(ChatModel &model, std::optional<Price> price)
{
    model_ = &model;
    options_.price = std::move(price);
    takes_over_ = false;
}

/// What the offline advisor says costs nothing.
void Advisor::spend(const Usage &usage)
{
    usage_ += usage;
    if (!is_offline() && usage != Usage())
        cost_ = cost_ && options_.price ? std::optional(*cost_ + ca::cost(usage, *options_.price)) : std::nullopt;
    sink_.usage_changed(usage_, cost_);
}

Status Advisor::keep(const Json &entry) const
{
    return options_.note ? options_.note(entry) : Status();
}

Status Advisor::say(const std::string &text, const char *kind)
{
    history_.push_back({ChatRole::user, text});
    return keep({{"kind", kind}, {"text", text}});
}

/// What came while it worked stands before its next turn.
Status Advisor::hear()
{
    if (!options_.interject)
        return {};
    const auto said = options_.interject();
    if (!said)
        return forward(said);
    for (const std::string &text : *said)
        if (const auto heard = say(text); !heard)
            return heard;
    return {};
}

void Advisor::notice(const std::string &sentence)
{
    sink_.notice(sentence);
    kept_ = kept_ ? keep({{"kind", "notice"}, {"text", sentence}}) : kept_;
}

void Advisor::go_offline(const std::string &why)
{
    notice(why + " The offline advisor goes on.");
    model_ = &offline_;
    takes_over_ = true;
}

/// Who takes over may understand neither a reminder to its predecessor nor what was asked of that in free words.
Status Advisor::hand_over()
{
    takes_over_ = false;
    const auto is_request = [](const ChatMessage &each) { return each.role == ChatRole::user && each.text != kReminder; };
    const auto last =
        std::find_if(history_.rbegin(), history_.rend(), [](const ChatMessage &each) { return each.role == ChatRole::user; });
    const auto request = std::find_if(history_.rbegin(), history_.rend(), is_request);
    const std::string wanted = options_.must_finish ? study_request()
        : request == history_.rend()                ? std::string()
                                                    : request->text;
    return last != history_.rend() && last->text == wanted ? Status() : say(wanted, "reminder");
}

Result<AdvisorEnd> Advisor::answer(const std::string &request, std::stop_token stop)
{
    if (was_cut_off(history_))
        history_.push_back({ChatRole::assistant, kStopped});
    if (const auto said = say(request); !said)
        return forward(said);
    return go_on(std::move(stop));
}

Result<AdvisorEnd> Advisor::go_on(std::stop_token stop)
{
    Request request;
    while (!request.is_over) {
        if (request.is_begun) // until then the request itself is to be read
            if (const auto heard = hear(); !heard)
                return forward(heard);
        request.is_begun = true;
        if (takes_over_)
            if (const auto handed = hand_over(); !handed)
                return forward(handed);
        if (const auto turn = ask(request, stop))
            if (const auto done = take_turn(*turn, request, stop); !done)
                return forward(done);
        if (!kept_)
            return forward(std::exchange(kept_, Status()));
    }
    return request.end;
}

/// Tokens that an answer may have by what is approved; none: it is used up, and why.
std::optional<std::int64_t> Advisor::tokens_left(const ChatRequest &request, std::string &why) const
{
    std::int64_t left = kMostTokens;
    const auto input = estimated_tokens(request);
    const Budget &budget = options_.budget;
    if (budget.tokens) {
        left = std::min(left, *budget.tokens - usage_.input - usage_.output - input);
        why = "The " + std::to_string(*budget.tokens) + " tokens that were approved are used up.";
    }
    if (budget.money && options_.price) {
        const double rest =
            *budget.money - cost_.value_or(ca::cost(usage_, *options_.price)) - ca::cost({.input = input}, *options_.price);
        const double one = ca::cost({.output = 1}, *options_.price);
        const double most = one > 0 ? rest / one : rest > 0 ? static_cast<double>(kMostTokens) : 0;
        if (most < static_cast<double>(left)) {
            left = static_cast<std::int64_t>(most);
            why = "The money that was approved, " + cost_text(budget.money, false) + ", is used up.";
        }
    }
    return left < kFewestTokens ? std::nullopt : std::optional(left);
}

/// A turn that can be used. Nothing: the request is over, or another turn is to be asked for.
std::optional<ChatTurn> Advisor::ask(Request &request, const std::stop_token &stop)
{
    ChatRequest chat{advisor_instructions(), history_, tool_specs(), kMostTokens};
    if (!is_offline()) {
        std::string why = "It has had the " + std::to_string(options_.most_turns) + " turns that a request may take.";
        const auto tokens = request.turns < options_.most_turns ? tokens_left(chat, why) : std::nullopt;
        if (!tokens) {
            give_up(request, AdvisorEnd::Why::used_up, why);
            return std::nullopt;
        }
        chat.max_tokens = *tokens;
        ++request.turns;
        ++requests_;
    }
    sink_.turn_begun(++turn_);
    auto answered = model_->ask(
        chat, [&](const ChatDelta &delta) { sink_.delta(delta); }, stop);
    if (!answered) {
        take_failure(request, answered.error());
        return std::nullopt;
    }
    spend(answered->usage);
    return std::move(*answered);
}

void Advisor::take_failure(Request &request, const ChatFailure &failure)
{
    spend(failure.usage);
    if (failure.kind == FailureKind::cancelled)
        request.over(AdvisorEnd::Why::stopped);
    else if (is_offline())
        request.over(AdvisorEnd::Why::answered); // it has nothing to say
    else if (failure.after_content)
        give_up(request, AdvisorEnd::Why::interrupted, failure.sentence);
    else
        go_offline(failure.sentence);
}

/// Where nobody is there to decide, the advisor that needs no network goes on.
void Advisor::give_up(Request &request, AdvisorEnd::Why why, const std::string &sentence)
{
    if (options_.must_finish && !is_offline())
        return go_offline(sentence);
    notice(sentence);
    request.over(why);
}

Status Advisor::take_turn(const ChatTurn &turn, Request &request, const std::stop_token &stop)
{
    auto text = look_up_figures(turn.message.text, tools_.figures());
    if (is_offline())
        text = without_quoted(std::move(text));
    sink_.turn_ended(turn, text);
    if (const auto kept = keep_turn(turn, text); !kept)
        return kept;
    const auto unproved = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](const TextSpan &span) { return span.kind == TextSpan::Kind::unproved; }));
    if (unproved > 0)
        notice(number_of(unproved, " figure of this answer matches", " figures of this answer match")
               + " nothing that was measured, and " + (unproved == 1 ? "is" : "are") + " struck through.");
    if (turn.has_unparsed_call)
        notice("The model wrote a tool call as text, which its server did not read. It was not carried out.");
    ChatMessage message = turn.message;
    if (!may_call_tools(turn))
        message.calls.clear(); // that nothing answers
    if (!message.text.empty() || !message.calls.empty() || !message.opaque.is_null())
        history_.push_back(std::move(message));
    return may_call_tools(turn) ? carry_out(turn, request, stop) : end_turn(turn, request);
}

Status Advisor::keep_turn(const ChatTurn &turn, const std::vector<TextSpan> &text) const
{
    Json calls = Json::array(), figures = Json::array();
    for (const ToolCall &call : turn.message.calls)
        calls.push_back({{"id", call.id}, {"tool", call.name}, {"arguments", call.arguments}});
    for (const TextSpan &span : text)
        if (span.kind != TextSpan::Kind::plain)
            figures.push_back(
                {{"text", span.text}, {"reference", span.kind == TextSpan::Kind::figure ? Json(span.reference) : Json(nullptr)}});
    return keep({{"kind", "turn"},
                 {"provider", model_->provider()},
                 {"model", model_->name()},
                 {"text", turn.message.text},
                 {"thinking", turn.thinking},
                 {"calls", calls},
                 {"figures", figures},
                 {"end", text_of(turn.end)},
                 {"usage", usage_json(turn.usage)},
                 {"cost", is_offline() || !options_.price ? Json(nullptr) : Json(ca::cost(turn.usage, *options_.price))}});
}

/// A turn that wants nothing carried out.
Status Advisor::end_turn(const ChatTurn &turn, Request &request)
{
    switch (turn.end) {
    case TurnEnd::stopped:
        request.over(AdvisorEnd::Why::stopped);
        return {};
    case TurnEnd::truncated:
        give_up(request, AdvisorEnd::Why::interrupted, "The answer broke off before its end, so nothing of it was carried out.");
        return {};
    case TurnEnd::refused:
        give_up(request, AdvisorEnd::Why::refused, "The model refused to answer.");
        return {};
    case TurnEnd::context_full:
        give_up(request, AdvisorEnd::Why::interrupted, "The conversation is longer than the model reads.");
        return {};
    case TurnEnd::paused:
        return {};
    case TurnEnd::complete:
    case TurnEnd::length:
    case TurnEnd::tool_calls:
        break;
    }
    if (!options_.must_finish && !says_nothing(turn)) {
        request.over(AdvisorEnd::Why::answered);
        return {};
    }
    if (is_offline() || request.reminders++ == kMostReminders) {
        give_up(request, AdvisorEnd::Why::answered, "The model neither goes on nor finishes.");
        return {};
    }
    return say(kReminder, "reminder");
}

} // namespace ca
