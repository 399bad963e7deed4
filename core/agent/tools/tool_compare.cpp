// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <map>

namespace ca::tools {
namespace {

constexpr std::size_t kMostTrials = 4, kMostGroups = 40, kMostClasses = 10;

std::vector<const Trial *> wanted_trials(const ToolBox::State &state, const Json &ids, ArgumentErrors &errors)
{
    std::vector<const Trial *> wanted;
    if (ids.size() < 2 || ids.size() > kMostTrials)
        errors.push_back({"/trials", "are " + std::to_string(ids.size()), "2 to " + std::to_string(kMostTrials) + " ids"});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string path = "/trials/" + std::to_string(i);
        const Trial *trial = state.trial(ids[i].get_ref<const std::string &>());
        if (!trial)
            errors.push_back({path, "is no trial", state.trial_ids()});
        else if (!trial->selection)
            errors.push_back({path, trial->id + " was not measured: it is " + to_text(trial->state), state.trial_ids()});
        else if (std::find(wanted.begin(), wanted.end(), trial) != wanted.end())
            errors.push_back({path, trial->id + " stands twice", state.trial_ids()});
        else
            wanted.push_back(trial);
    }
    return wanted;
}

/// Layers that the two store otherwise, those alike in one row.
Json layers_json(const ToolBox::State &state, const Trial &a, const Trial &b)
{
    std::map<std::pair<std::string, std::string>, Json> groups;
    for (const Layer &layer : state.desk.model().program.layers()) {
        const std::string of_a = scheme_text(a.recipe, layer.name), of_b = scheme_text(b.recipe, layer.name);
        if (of_a != of_b)
            groups.emplace(std::pair(of_a, of_b), Json::array()).first->second.push_back(layer.index.id());
    }
    Table table{{a.id, b.id, "layers"}};
    for (const auto &[schemes, ids] : groups)
        if (table.rows.size() < kMostGroups)
            table.rows.push_back({schemes.first, schemes.second, ids});
    return table.json();
}

/// The classes whose accuracy differs most.
Json classes_json(const ToolBox::State &state, const Trial &a, const Trial &b)
{
    const auto &of_a = a.selection->accuracy.per_class, &of_b = b.selection->accuracy.per_class;
    std::vector<std::pair<double, std::size_t>> differences;
    for (std::size_t i = 0; i < std::min(of_a.size(), of_b.size()); ++i)
        if (std::isfinite(of_b[i] - of_a[i]) && of_a[i] != of_b[i])
            differences.emplace_back(100 * (of_b[i] - of_a[i]), i);
    std::stable_sort(differences.begin(), differences.end(),
                     [](const auto &x, const auto &y) { return std::abs(x.first) > std::abs(y.first); });
    Table table{{"class", a.id + "_percent", b.id + "_percent", "points"}};
    if (state.untrusted.sent())
        table.columns.emplace_back("name");
    const auto &names = state.desk.data().classes;
    for (std::size_t i = 0; i < std::min(differences.size(), kMostClasses); ++i) {
        const auto [points, index] = differences[i];
        Json row{index, rounded(100 * of_a[index], 2), rounded(100 * of_b[index], 2), rounded(points, 2)};
        if (state.untrusted.sent())
            row.push_back(index < names.size() ? state.untrusted(names[index]) : Json(nullptr));
        table.rows.push_back(std::move(row));
    }
    return table.json();
}

/// Image by image; null, and why, where the answers of one are not kept or they saw other images.
Json paired_json(ToolBox::State &state, const Trial &a, const Trial &b, std::string &verdict)
{
    const auto compared = state.desk.compare(a.id, b.id);
    if (!compared) {
        verdict = "not known";
        return {{"verdict", nullptr}, {"why", state.untrusted.error(compared.error().text())}};
    }
    verdict = compared->verdict;
    const std::string at = b.id + "/against/" + a.id;
    state.compared.push_back({StoredFigure::Unit::plain, compared->p_value, at + "/p_value"});
    state.compared.push_back({StoredFigure::Unit::count, static_cast<double>(compared->fixed), at + "/fixed"});
    state.compared.push_back({StoredFigure::Unit::count, static_cast<double>(compared->broken), at + "/broken"});
    return {{"fixed", compared->fixed},
            {"broken", compared->broken},
            {"p_value", significant(compared->p_value)},
            {"verdict", compared->verdict},
            {"of", b.id + " against " + a.id}};
}

Json difference_json(const Trial &a, const Trial &b)
{
    const auto size_a = static_cast<double>(std::max<std::int64_t>(1, a.selection->size.value));
    const auto size_b = static_cast<double>(std::max<std::int64_t>(1, b.selection->size.value));
    const auto latency_a = operating_point(a).latency, latency_b = operating_point(b).latency;
    return {{"bytes", b.selection->size.value - a.selection->size.value},
            {"times_smaller", rounded(size_a / size_b, 2)},
            {"top1_points", rounded(100 * (b.selection->accuracy.top1() - a.selection->accuracy.top1()), 2)},
            {"times_faster", latency_a && latency_b ? rounded(*latency_a / *latency_b, 2) : Json(nullptr)}};
}

} // namespace

ToolAnswer compare_trials(ToolBox::State &state, const Json &arguments, std::stop_token)
{
    ArgumentErrors errors;
    const auto wanted = wanted_trials(state, arguments["trials"], errors);
    if (!errors.empty())
        return refusal(errors);
    ToolAnswer answer;
    Table table{trial_columns()};
    for (const Trial *trial : wanted) {
        table.rows.push_back(trial_row(state, *trial));
        answer.trials.push_back(trial->id);
    }
    answer.content = {{"trials", table.json()}, {"differences", Json::array()}};
    const Trial &first = *wanted.front();
    for (std::size_t i = 1; i < wanted.size(); ++i) {
        const Trial &other = *wanted[i];
        std::string verdict;
        answer.content["differences"].push_back({{"of", other.id},
                                                 {"from", first.id},
                                                 {"whole", difference_json(first, other)},
                                                 {"paired", paired_json(state, first, other, verdict)},
                                                 {"layers", layers_json(state, first, other)},
                                                 {"classes", classes_json(state, first, other)}});
        answer.summary += (answer.summary.empty() ? "" : "; ") + other.id + " against " + first.id + ": " + verdict;
    }
    return answer;
}

} // namespace ca::tools
