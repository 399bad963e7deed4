// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/consent.h"

#include "core/study/study_clock.h"

namespace ca {
namespace {

constexpr double kRoughly = 1.5; // of predicted minutes: the last trial of what was granted is not to fail by a second

std::string trials_text(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " trial" : " trials");
}

std::string left_text(const BudgetUse &use)
{
    return std::to_string(use.trials_left()) + " of " + trials_text(use.budget().trials) + " and "
        + to_text(use.minutes_left(), 1) + " of " + to_text(use.budget().minutes) + " minutes are left";
}

} // namespace

ConsentRequest compute_request(std::size_t trials, double minutes, Bytes memory, const BudgetUse &use)
{
    ConsentRequest request;
    request.trials = trials;
    request.minutes = minutes;
    request.memory = memory;
    request.sentence =
        "Run " + trials_text(trials) + ": " + time_left_text(60 * minutes) + ", " + to_text(memory) + " of memory. ";
    request.sentence += use.covers(trials, minutes) ? "Of the budget, " + left_text(use) + "."
                                                    : "This is more than the budget allows, of which " + left_text(use) + ".";
    return request;
}

Decision ask_person(const ConsentRequest &request, const AskPerson &ask, std::stop_token stop)
{
    if (stop.stop_requested())
        return {false, "It was stopped."};
    if (!ask)
        return {false, "Nobody is there to be asked."};
    return ask(request, std::move(stop));
}

Decision decide(const ConsentRequest &request, ConsentMode mode, BudgetUse &use, const AskPerson &ask, std::stop_token stop)
{
    if (mode == ConsentMode::chat_only)
        return {false, "Only talk is allowed here, and nothing is computed."};
    if (mode == ConsentMode::within_budget && use.covers(request.trials, request.minutes))
        return {true, {}};
    Decision decision = ask_person(request, ask, std::move(stop));
    if (decision.granted)
        use.approve(request.trials, kRoughly * request.minutes);
    return decision;
}

} // namespace ca
