// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/advisor.h"

#include "core/agent/dialects/estimate.h"

#include <algorithm>
#include <chrono>

namespace ca {
namespace {

constexpr std::int64_t kMostTokens = 4096; // of an answer
constexpr std::int64_t kFewestTokens = 256;
constexpr std::size_t kMostSameCalls = 3; // one after the other, that are carried out
constexpr std::size_t kMostReminders = 2; // to call `finish`, or to stop asking the same
constexpr std::size_t kMostRepairs = 2;   // of a proposal that was refused

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

ToolAnswer not_done(const std::string &problem, CallState state)
{
    ToolAnswer answer;
    answer.failed = true;
    answer.state = state;
    answer.content = {{"errors", {{{"path", ""}, {"problem", problem}, {"allowed", nullptr}}}}};
    answer.summary = problem;
    return answer;
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

std::string number_of(std::size_t count, const char *one, const char *more)
{
    return std::to_string(count) + (count == 1 ? one : more);
}

} // namespace

/// What one request of the person has come to so far.
struct Advisor::Request {
    AdvisorEnd end{};
    bool is_over = false;
    std::size_t turns = 0; ///< of a model over the network
    std::size_t reminders = 0;

    void over(AdvisorEnd::Why why)
    {
        is_over = true;
        end.why = why;
    }
};

Advisor::Advisor(ChatModel &model, ChatModel &offline, ToolBox &tools, AgentSink &sink, AdvisorOptions options)
    : model_(&model), offline_(offline), tools_(tools), sink_(sink), options_(std::move(options)), history_(options_.history)
{
}

std::optional<double> Advisor::cost() const
{
    return options_.price ? std::optional(ca::cost(usage_, *options_.price)) : std::nullopt;
}

Status Advisor::keep(const Json &entry) const
{
    return options_.note ? options_.note(entry) : Status();
}

Status Advisor::say(const std::string &text)
{
    history_.push_back({ChatRole::user, text});
    return keep({{"kind", "person"}, {"text", text}});
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
}

Result<AdvisorEnd> Advisor::answer(const std::string &request, std::stop_token stop)
{
    if (const auto said = say(request); !said)
        return forward(said);
    return go_on(std::move(stop));
}

Result<AdvisorEnd> Advisor::go_on(std::stop_token stop)
{
    Request request;
    while (!request.is_over) {
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
        const double rest = *budget.money - ca::cost(usage_, *options_.price) - ca::cost({.input = input}, *options_.price);
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
    usage_ += answered->usage;
    sink_.usage_changed(usage_, cost());
    return std::move(*answered);
}

void Advisor::take_failure(Request &request, const ChatFailure &failure)
{
    usage_ += failure.usage;
    sink_.usage_changed(usage_, cost());
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
    return say("Go on with the tools, or call finish.");
}

Status Advisor::carry_out(const ChatTurn &turn, Request &request, const std::stop_token &stop)
{
    for (const ToolCall &call : turn.message.calls) {
        card_ = CallCard{call.id, call.name, call_title(call), Json::parse(call.arguments, nullptr, false)};
        if (card_.arguments.is_discarded())
            card_.arguments = call.arguments;
        if (const auto done = carry_out(call, request, stop); !done)
            return done;
    }
    if (stop.stop_requested())
        request.over(AdvisorEnd::Why::stopped);
    return {};
}

Status Advisor::carry_out(const ToolCall &call, Request &request, const std::stop_token &stop)
{
    if (stop.stop_requested() || request.is_over)
        return answer_call(call, not_done("The person stopped it before.", CallState::cancelled));
    const std::string now = call.name + call.arguments;
    same_calls_ = now == last_call_ ? same_calls_ + 1 : 1;
    last_call_ = now;
    if (same_calls_ > kMostSameCalls) {
        if (request.reminders++ == kMostReminders)
            give_up(request, AdvisorEnd::Why::used_up, "The model asks for the same over and over.");
        return answer_call(
            call,
            not_done("The same was called " + std::to_string(kMostSameCalls) + " times in a row. Do something else, or finish.",
                     CallState::refused));
    }
    show(CallState::running);
    const auto begun = std::chrono::steady_clock::now();
    ToolAnswer answer = tools_.call(call, stop);
    card_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (call.name == "propose_recipe")
        failed_proposals_ = answer.failed ? failed_proposals_ + 1 : 0;
    if (failed_proposals_ > kMostRepairs)
        if (const auto helped = help_out(answer, stop); !helped)
            return helped;
    if (answer.ends_turn) {
        request.over(AdvisorEnd::Why::finished);
        request.end.summary = answer.text;
        request.end.recommended = answer.recommended;
        sink_.finished(answer.text, answer.recommended);
    }
    return answer_call(call, answer);
}

/// After repairs that came to nothing, the planner's best candidate is carried out in place of the model's.
Status Advisor::help_out(ToolAnswer &failed, const std::stop_token &stop)
{
    failed_proposals_ = 0;
    const ToolAnswer overview = tools_.call({"", "study_overview", "{}"}, stop);
    const Json none = Json::array();
    const Json &rows = overview.content.contains("proposals") ? overview.content["proposals"]["rows"] : none;
    if (rows.empty())
        return {};
    const std::string id = rows[0][0];
    notice("Its proposals could not be carried out " + std::to_string(kMostRepairs + 1) + " times in a row. The planner's " + id
           + " takes their place.");
    const ToolAnswer answer = tools_.call({"", "run_trials", canonical({{"proposals", {id}}})}, stop);
    failed.content["instead"] = {{"proposal", id}, {"result", answer.content}};
    failed.trials = answer.trials;
    failed.summary += ". In its place, " + id + ": " + answer.summary;
    failed.fatal = answer.fatal;
    return {};
}

/// Every call is answered, whatever became of it: providers take no history in which one is not.
Status Advisor::answer_call(const ToolCall &call, const ToolAnswer &answer)
{
    card_.summary = answer.summary;
    card_.trials = answer.trials;
    show(answer.state);
    ChatMessage message{ChatRole::tool, canonical(answer.content)};
    message.call_id = call.id;
    message.failed = answer.failed;
    history_.push_back(std::move(message));
    if (const auto kept = keep({{"kind", "result"},
                                {"call", call.id},
                                {"tool", call.name},
                                {"title", card_.title},
                                {"state", to_text(answer.state)},
                                {"content", answer.content},
                                {"summary", answer.summary},
                                {"trials", answer.trials},
                                {"seconds", card_.seconds}});
        !kept)
        return kept;
    return answer.fatal ? Status(tl::unexpected(*answer.fatal)) : Status();
}

void Advisor::show(CallState state)
{
    card_.state = state;
    sink_.call_changed(card_);
}

Decision Advisor::ask_person(const AskPerson &ask, const ConsentRequest &asked, const std::stop_token &stop)
{
    show(CallState::waiting);
    Decision decision = ask(asked, stop);
    show(CallState::running);
    if (const auto kept =
            keep({{"kind", "consent"}, {"asked", asked.sentence}, {"granted", decision.granted}, {"reason", decision.reason}});
        !kept)
        kept_ = kept;
    return decision;
}

} // namespace ca
