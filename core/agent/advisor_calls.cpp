// SPDX-License-Identifier: GPL-3.0-or-later
// How an advisor has carried out what a turn wants.
#include "core/agent/advisor_request.h"

#include <chrono>

namespace ca {
namespace {

constexpr std::size_t kMostSameCalls = 3; // one after the other, that are carried out
constexpr std::size_t kMostRepairs = 2;   // of a proposal that was refused

ToolAnswer not_done(const std::string &problem, CallState state)
{
    ToolAnswer answer;
    answer.failed = true;
    answer.state = state;
    answer.content = {{"errors", {{{"path", ""}, {"problem", problem}, {"allowed", nullptr}}}}};
    answer.summary = problem;
    return answer;
}

} // namespace

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
