// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/offline_words.h"

#include "core/base/json_member.h"
#include "core/base/units.h"

#include <cmath>
#include <vector>

namespace ca {
namespace {

std::string word(const Json &value)
{
    return value.is_string() ? value.get<std::string>() : "";
}

std::string number(const Json &value, int digits)
{
    return value.is_number() ? to_text(value.get<double>(), digits) : "?";
}

std::string size_text(const Json &value)
{
    return value.is_number_integer() ? to_text(bytes(value.get<std::int64_t>())) : "of unknown size";
}

/// "0.42 points below float"; nothing to say where that is 0.
std::string drop_text(const Json &drop)
{
    if (!drop.is_number())
        return "with a drop that is not known";
    const double points = drop.get<double>();
    if (std::abs(points) < 0.005) // which two digits show as 0
        return "as accurate as float";
    return to_text(std::abs(points), 2) + " points " + (points < 0 ? "above" : "below") + " float";
}

std::string p_text(const Json &value)
{
    constexpr double kLeast = 0.001; // what three digits show
    return value.is_number() && value.get<double>() < kLeast ? "p < " + to_text(kLeast, 3) : "p " + number(value, 3);
}

/// "T7 (mixed, 2.7 bits weights) has 909 kB, 9.78 times smaller than float, and 88.28 %, 0.50 points below float."
std::string trial_sentence(const ToolRows &trials, const std::string &id)
{
    const std::string name = word(trials.of(id, "name"));
    std::string text = id + (name.empty() ? "" : " (" + name + ")");
    if (!trials.of(id, "bytes").is_number())
        return text + " is " + word(trials.of(id, "state")) + ".";
    text += " has " + size_text(trials.of(id, "bytes"));
    if (const Json times = trials.of(id, "times_smaller"); times.is_number() && times.get<double>() > 1)
        text += ", " + number(times, 2) + " times smaller than float,";
    text += " and " + number(trials.of(id, "top1_percent"), 2) + " %, " + drop_text(trials.of(id, "drop_points"));
    if (const Json latency = trials.of(id, "latency_ms"); latency.is_number())
        text += ", at " + number(latency, 3) + " ms";
    return text + ".";
}

std::string ids_text(const Json &ids)
{
    std::string text;
    for (std::size_t i = 0; i < ids.size(); ++i)
        text += (i == 0 ? "" : i + 1 == ids.size() ? " and " : ", ") + word(ids[i]);
    return text;
}

} // namespace

ToolRows::ToolRows(const Json &table) : columns_(member(table, "columns")), rows_(member(table, "rows"))
{
    if (!columns_.is_array() || !rows_.is_array())
        columns_ = rows_ = Json::array();
}

Json ToolRows::at(std::size_t row, const std::string &column) const
{
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i] == column && row < rows_.size() && i < rows_[row].size())
            return rows_[row][i];
    return nullptr;
}

Json ToolRows::of(const std::string &id, const std::string &column) const
{
    for (std::size_t row = 0; row < rows_.size(); ++row)
        if (at(row, "id") == id)
            return at(row, column);
    return nullptr;
}

std::string proposals_text(const Json &overview, std::size_t count)
{
    const ToolRows proposals(member(overview, "proposals"));
    std::string text;
    for (std::size_t i = 0; i < std::min(count, proposals.size()); ++i) {
        const std::string id = word(proposals.at(i, "id"));
        text += (i == 0 ? "The planner proposes " : "; ") + id + ", " + word(proposals.at(i, "name")) + ": "
            + size_text(proposals.at(i, "bytes"));
        if (const Json drop = proposals.at(i, "predicted_drop"); drop.is_number())
            text += ", expected " + drop_text(drop);
    }
    return text.empty() ? text : text + ". They are carried out now, one after the other.";
}

std::string outcomes_text(const Json &run)
{
    const ToolRows trials(member(run, "trials"));
    std::string text;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        const std::string id = word(trials.at(i, "id"));
        text += (text.empty() ? "" : " ") + trial_sentence(trials, id);
        for (const Json &outcome : member(run, "outcomes"))
            if (word(member(outcome, "trial")) == id && !word(member(outcome, "prediction")).empty()
                && word(member(outcome, "prediction")) != "as expected")
                text += " That is " + word(member(outcome, "prediction")) + ".";
    }
    const Json &front = member(run, "front"), &entered = member(front, "entered"), &left = member(front, "left");
    if (entered.is_array() && !entered.empty())
        text += " " + ids_text(entered) + (entered.size() == 1 ? " is" : " are") + " on the front now.";
    if (left.is_array() && !left.empty())
        text += " " + ids_text(left) + (left.size() == 1 ? " is" : " are") + " no longer.";
    return text;
}

std::string comparison_text(const Json &compared)
{
    const ToolRows trials(member(compared, "trials"));
    std::string text;
    for (std::size_t i = 0; i < trials.size(); ++i)
        text += (i == 0 ? "" : " ") + trial_sentence(trials, word(trials.at(i, "id")));
    for (const Json &difference : member(compared, "differences")) {
        const Json &paired = member(difference, "paired");
        const std::string of = word(member(difference, "of")), from = word(member(difference, "from"));
        const std::string verdict = word(member(paired, "verdict"));
        if (!verdict.empty())
            text +=
                " Image by image " + of + " against " + from + " is " + verdict + " (" + p_text(member(paired, "p_value")) + ").";
        const Json &layers = member(member(difference, "layers"), "rows");
        for (std::size_t i = 0; i < std::min<std::size_t>(layers.size(), 6); ++i)
            text += " " + of + " has " + word(layers[i][1]) + " where " + from + " has " + word(layers[i][0]) + ", in "
                + ids_text(layers[i][2]) + ".";
    }
    return text;
}

std::string layer_text(const Json &explained)
{
    const std::string id = word(member(explained, "id"));
    std::string text = id + " is a " + word(member(explained, "kind")) + " layer with "
        + number(member(explained, "parameters"), 0) + " parameters.";
    if (const Json &rank = member(explained, "divergence_rank"); rank.is_number())
        text += " By how much int4 in it alone moves the output, it is number " + number(rank, 0) + " of the layers.";
    const Json &beta = member(member(explained, "weights"), "beta");
    if (member(beta, "alpha").is_number() && member(beta, "beta").is_number()) // in the digits that the tool gives
        text += " Its weights follow a Beta distribution with alpha " + to_text(member(beta, "alpha").get<double>())
            + " and beta " + to_text(member(beta, "beta").get<double>()) + " for " + id + ".";
    return text;
}

std::string constraints_text(const Json &constraint)
{
    const Json &limits = member(constraint, "constraints");
    std::vector<std::string> parts;
    if (const Json &drop = member(limits, "max_drop"); drop.is_number())
        parts.push_back("a drop of at most " + to_text(drop.get<double>()) + " points");
    if (const Json &size = member(limits, "target_bytes"); size.is_number())
        parts.push_back("at most " + size_text(size));
    if (const Json &latency = member(limits, "max_latency"); latency.is_number())
        parts.push_back("at most " + to_text(latency.get<double>()) + " ms");
    for (const Json &pin : member(limits, "pin"))
        parts.push_back(word(member(pin, "format")) + " for " + word(member(pin, "layer")));
    for (const Json &format : member(limits, "forbid"))
        parts.push_back("no " + word(format));
    Json words = parts;
    std::string text = parts.empty() ? "Nothing is limited now." : "In force now: " + ids_text(words) + ".";
    if (const std::string answer = word(member(constraint, "answer_to_the_constraints")); !answer.empty())
        text += " Of the trials so far " + answer + " holds that and is the smallest.";
    return text;
}

std::string overview_text(const Json &overview)
{
    const ToolRows trials(member(overview, "trials"));
    std::string text;
    for (const Json &id : member(member(overview, "front"), "trials"))
        text += (text.empty() ? "On the front: " : " ") + trial_sentence(trials, word(id));
    if (text.empty())
        return "No trial has been measured.";
    const Json recommended = recommended_trial(overview);
    return recommended.is_string() ? text + " I recommend " + word(recommended) + "." : text;
}

Json recommended_trial(const Json &overview)
{
    const Json &front = member(overview, "front");
    for (const char *key : {"answer_to_the_constraints", "balanced", "smallest_within_half_a_point"})
        if (const Json &id = member(front, key); id.is_string())
            return id;
    return nullptr;
}

std::string summary_text(const Json &overview)
{
    const ToolRows trials(member(overview, "trials"));
    const Json &front = member(overview, "front");
    const Json recommended = recommended_trial(overview);
    std::string text;
    if (recommended.is_string())
        text = "I recommend " + word(recommended) + ". " + trial_sentence(trials, word(recommended));
    else
        text = "No trial loses little enough to be recommended.";
    const auto add = [&](const char *key, const char *words) {
        const Json &id = member(front, key);
        if (id.is_string() && id != recommended)
            text += std::string(" ") + words + " " + trial_sentence(trials, word(id));
    };
    add("smallest_within_half_a_point", "The smallest that loses little:");
    add("fastest_within_half_a_point", "The fastest that loses little:");
    if (const Json &ids = member(front, "trials"); ids.is_array() && !ids.empty())
        text += " The front has " + ids_text(ids) + ".";
    if (const std::string over = word(member(overview, "search_over")); !over.empty())
        text += " " + over;
    return text;
}

std::string refusal_text(const Json &content)
{
    std::string text = "That could not be done:";
    for (const Json &error : member(content, "errors"))
        text += " " + (word(member(error, "path")).empty() ? "" : word(member(error, "path")) + " ")
            + word(member(error, "problem")) + ".";
    return text;
}

} // namespace ca
