// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/constraints.h"

#include "app/cli/output.h"

#include <cmath>
#include <limits>

namespace ca {
namespace {

double drop_of(const Study &study, const Trial &trial)
{
    return study.float_selection ? 100 * (study.float_selection->accuracy.top1() - trial.selection->accuracy.top1()) : 0;
}

std::optional<double> latency_of(const Trial &trial)
{
    const auto &latency = trial.selection->latency;
    return latency && latency->batch1 ? std::optional(latency->batch1->median) : std::nullopt;
}

std::int64_t most_bytes(const Study &study, const Arguments &arguments)
{
    std::int64_t most = arguments.target_bytes.value_or(std::numeric_limits<std::int64_t>::max());
    if (arguments.target_ratio)
        most = std::min(most, static_cast<std::int64_t>(static_cast<double>(study.float_bytes.value) / *arguments.target_ratio));
    return most;
}

/// How far a trial is from the constraints; 0 where it meets them. A point of accuracy weighs as much as a doubling of bytes or
/// of time.
double miss(const Study &study, const Trial &trial, const Arguments &arguments)
{
    // Counting images gives fractions that differ in the last bit from those that a person would write.
    constexpr double kRounding = 1e-9;
    double sum = 0;
    if (arguments.max_drop)
        sum += std::max(0.0, drop_of(study, trial) - *arguments.max_drop - kRounding);
    const std::int64_t most = most_bytes(study, arguments);
    if (trial.selection->size.value > most)
        sum += std::log2(static_cast<double>(trial.selection->size.value) / static_cast<double>(std::max<std::int64_t>(most, 1)));
    if (arguments.max_latency) {
        const auto latency = latency_of(trial);
        constexpr double kUnknown = 100; // not timed: behind all that were
        sum += latency ? std::max(0.0, std::log2(*latency / *arguments.max_latency)) : kUnknown;
    }
    return sum;
}

std::string wanted_text(const Study &study, const Arguments &arguments)
{
    std::string text;
    const auto add = [&text](const std::string &part) { text += (text.empty() ? "" : " and ") + part; };
    if (arguments.max_drop)
        add("a drop of at most " + to_text(*arguments.max_drop) + " points");
    if (arguments.target_bytes || arguments.target_ratio)
        add("at most " + std::to_string(most_bytes(study, arguments)) + " bytes");
    if (arguments.max_latency)
        add("at most " + to_text(*arguments.max_latency) + " ms");
    return text;
}

std::string figures_text(const Study &study, const Trial &trial)
{
    const auto latency = latency_of(trial);
    return trial.id + " (" + trial.name + ") with a drop of " + to_text(drop_of(study, trial), 2) + " points, "
        + std::to_string(trial.selection->size.value) + " bytes" + (latency ? " and " + to_text(*latency, 3) + " ms" : "");
}

} // namespace

Status check_constraints(const Study &study, const Arguments &arguments)
{
    if (!arguments.max_drop && !arguments.target_bytes && !arguments.target_ratio && !arguments.max_latency)
        return {};
    const Trial *nearest = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (const Trial &trial : study.trials) {
        if (trial.state != TrialState::done || !trial.selection)
            continue;
        if (const double distance = miss(study, trial, arguments); distance < least) {
            least = distance;
            nearest = &trial;
        }
    }
    if (nearest && least == 0)
        return {};
    const std::string wanted = wanted_text(study, arguments);
    if (!nearest)
        return fail(ErrorCode::constraint, "No trial was finished, so none reaches " + wanted + ".");
    return fail(ErrorCode::constraint, "No trial reaches " + wanted + "; the nearest is " + figures_text(study, *nearest) + ".");
}

} // namespace ca
