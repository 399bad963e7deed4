// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/goal.h"

#include "core/base/json.h"
#include "ui/goal/goal_words.h"

#include <cmath>

namespace ca {
namespace {

constexpr double kMegabyte = 1e6;
constexpr int kMostTrials = 1000, kMostMinutes = 10'000; // as the form has them

std::optional<double> positive(const Json &json, const char *key, double least = 1e-9)
{
    if (!json.contains(key) || !json[key].is_number())
        return std::nullopt;
    const double value = json[key].get<double>();
    return std::isfinite(value) && value >= least ? std::optional(value) : std::nullopt;
}

void set_whole(int &value, const Json &json, const char *key, int least, int most)
{
    if (const auto found = positive(json, key, least); found && *found <= most)
        value = static_cast<int>(*found);
}

} // namespace

Constraints constraints_of(const GoalFacts &goal, Bytes float_file)
{
    Constraints constraints;
    constraints.max_drop = goal.max_drop;
    constraints.bytes = allowed_bytes(goal, float_file);
    constraints.latency = goal.latency;
    for (const auto &[layer, keep] : goal.keeps) {
        if (keep.format)
            constraints.pins.emplace(layer.toStdString(), *keep.format);
        else if (keep.minimum_bits > 0)
            constraints.minimum_bits.emplace(layer.toStdString(), keep.minimum_bits);
    }
    return constraints;
}

GoalFacts goal_of(const Constraints &constraints)
{
    GoalFacts goal;
    goal.max_drop = constraints.max_drop;
    if (constraints.bytes)
        goal.size = SizeLimit{static_cast<double>(*constraints.bytes) / kMegabyte, SizeLimit::Unit::megabytes};
    goal.latency = constraints.latency;
    for (const auto &[layer, bits] : constraints.minimum_bits)
        goal.keeps[QString::fromStdString(layer)].minimum_bits = bits;
    for (const auto &[layer, format] : constraints.pins)
        goal.keeps[QString::fromStdString(layer)] = {format, 0};
    return goal;
}

QString goal_setting(const GoalFacts &goal)
{
    Json json{{"trials", goal.trials}, {"minutes", goal.minutes}};
    if (goal.max_drop)
        json["max_drop"] = *goal.max_drop;
    if (goal.size)
        json[goal.size->unit == SizeLimit::Unit::megabytes ? "megabytes" : "times_smaller"] = goal.size->value;
    if (goal.latency)
        json["latency"] = *goal.latency;
    return QString::fromStdString(canonical(json));
}

GoalFacts goal_from_setting(const QString &text)
{
    GoalFacts goal;
    const auto parsed = parse_json(text.toStdString(), "the setting of the goal", 2);
    if (!parsed || !parsed->is_object())
        return goal;
    goal.max_drop = positive(*parsed, "max_drop", 0);
    if (const auto megabytes = positive(*parsed, "megabytes"))
        goal.size = SizeLimit{*megabytes, SizeLimit::Unit::megabytes};
    else if (const auto times = positive(*parsed, "times_smaller"))
        goal.size = SizeLimit{*times, SizeLimit::Unit::times_smaller};
    goal.latency = positive(*parsed, "latency");
    set_whole(goal.trials, *parsed, "trials", 2, kMostTrials);
    set_whole(goal.minutes, *parsed, "minutes", 1, kMostMinutes);
    return goal;
}

} // namespace ca
