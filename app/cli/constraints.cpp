// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/constraints.h"

#include "app/cli/output.h"
#include "core/study/trial_front.h"

#include <cmath>

namespace ca {
namespace {

/// How far a trial is from the constraints; 0 where it meets them. A point of accuracy weighs as much as a doubling of bytes or
/// of time.
double miss(const Constraints &wanted, const Trial &trial)
{
    double sum = 0;
    if (wanted.max_drop)
        sum += std::max(0.0, measured_drop(*trial.selection).points - *wanted.max_drop);
    const auto size = static_cast<double>(trial.selection->size.value);
    if (wanted.bytes)
        sum += std::max(0.0, std::log2(size / static_cast<double>(std::max<std::int64_t>(*wanted.bytes, 1))));
    if (wanted.latency) {
        const auto latency = operating_point(trial).latency;
        constexpr double kUnknown = 100; // not timed: behind all that were
        sum += latency ? std::max(0.0, std::log2(*latency / *wanted.latency)) : kUnknown;
    }
    return sum;
}

std::string wanted_text(const Constraints &wanted)
{
    std::string text;
    const auto add = [&text](const std::string &part) { text += (text.empty() ? "" : " and ") + part; };
    if (wanted.max_drop)
        add("a drop of at most " + to_text(*wanted.max_drop) + " points");
    if (wanted.bytes)
        add("at most " + std::to_string(*wanted.bytes) + " bytes");
    if (wanted.latency)
        add("at most " + to_text(*wanted.latency) + " ms");
    return text.empty() ? "the layers' formats that were asked for" : text;
}

std::string figures_text(const Trial &trial)
{
    const auto latency = operating_point(trial).latency;
    return trial.id + " (" + trial.name + ") with a drop of " + to_text(measured_drop(*trial.selection).points, 2) + " points, "
        + std::to_string(trial.selection->size.value) + " bytes" + (latency ? " and " + to_text(*latency, 3) + " ms" : "");
}

} // namespace

Constraints constraints_of(const Arguments &arguments, Bytes float_bytes)
{
    Constraints constraints;
    constraints.max_drop = arguments.max_drop;
    constraints.latency = arguments.max_latency;
    constraints.bytes = arguments.target_bytes;
    if (arguments.target_ratio) {
        const auto most = static_cast<std::int64_t>(static_cast<double>(float_bytes.value) / *arguments.target_ratio);
        constraints.bytes = std::min(most, constraints.bytes.value_or(most));
    }
    return constraints;
}

Status check_constraints(const Study &study)
{
    if (study.constraints == Constraints() || study.answer)
        return {};
    const Trial *nearest = nullptr;
    for (const Trial &trial : study.trials)
        if (trial.state == TrialState::done && trial.selection && !stopped_early(study, trial)
            && (!nearest || miss(study.constraints, trial) < miss(study.constraints, *nearest)))
            nearest = &trial;
    const std::string wanted = wanted_text(study.constraints);
    if (!nearest)
        return fail(ErrorCode::constraint, "No trial was finished, so none reaches " + wanted + ".");
    return fail(ErrorCode::constraint, "No trial reaches " + wanted + "; the nearest is " + figures_text(*nearest) + ".");
}

} // namespace ca
