// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"

#include "core/quantize/prediction.h"
#include "core/study/study_clock.h"
#include "core/study/trial_front.h"

#include <algorithm>

#include <unistd.h>

namespace ca {

ConsentMode ToolBox::State::mode()
{
    if (const auto changed = options.new_mode ? options.new_mode() : std::nullopt)
        options.mode = *changed;
    return options.mode;
}

Bytes ToolBox::State::memory() const
{
    if (options.memory.value > 0)
        return options.memory;
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? bytes(static_cast<std::int64_t>(pages) * page) : Bytes();
}

std::size_t ToolBox::State::trials_left() const
{
    return std::min(use.trials_left(), desk.trials_left());
}

double ToolBox::State::minutes_left() const
{
    return std::max(0.0, std::min(use.minutes_left(), desk.seconds_left() / 60));
}

const Layer *ToolBox::State::layer(std::string_view id) const
{
    const auto &layers = desk.model().program.layers();
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const Layer &layer) { return layer.index.id() == id; });
    return found == layers.end() ? nullptr : &*found;
}

const LayerSensitivity *ToolBox::State::row(const Layer &layer) const
{
    const SensitivityTable *table = desk.table();
    return table && layer.index.value < table->layers.size() ? &table->layers[layer.index.value] : nullptr;
}

const Trial *ToolBox::State::trial(std::string_view id) const
{
    const auto &trials = desk.study().trials;
    const auto found = std::find_if(trials.begin(), trials.end(), [&](const Trial &trial) { return trial.id == id; });
    return found == trials.end() ? nullptr : &*found;
}

std::string ToolBox::State::id_of(const std::string &layer_name) const
{
    for (const Layer &layer : desk.model().program.layers())
        if (layer.name == layer_name)
            return layer.index.id();
    return "?";
}

Json ToolBox::State::layer_ids() const
{
    const auto &layers = desk.model().program.layers();
    if (layers.empty())
        return Json::array();
    const std::string first = layers.front().index.id();
    return Json::array({layers.size() == 1 ? first : first + " to " + layers.back().index.id()});
}

Json ToolBox::State::trial_ids() const
{
    Json ids = Json::array();
    for (const Trial &trial : desk.study().trials)
        if (trial.state == TrialState::done)
            ids.push_back(trial.id);
    return ids;
}

std::optional<ToolAnswer> ToolBox::State::plan()
{
    if (desk.planner())
        return std::nullopt;
    if (mode() == ConsentMode::chat_only)
        return tools::refusal({{"", "The layers are not scanned, and nothing is computed while only talk is allowed."}},
                              CallState::refused);
    const auto planned = desk.plan();
    if (planned)
        return std::nullopt;
    return tools::failure(*this, planned.error(), planned.error().code != ErrorCode::constraint);
}

namespace tools {
namespace {

constexpr std::size_t kMostOfCard = 400; // characters of an error, which the person reads

} // namespace

ToolAnswer refusal(const ArgumentErrors &errors, CallState state)
{
    ToolAnswer answer;
    answer.content = to_json(errors);
    answer.failed = true;
    answer.state = state;
    if (!errors.empty())
        answer.summary = (errors.front().path.empty() ? "" : errors.front().path + " ") + errors.front().problem;
    if (errors.size() > 1)
        answer.summary += ", and " + std::to_string(errors.size() - 1) + " more";
    return answer;
}

ToolAnswer failure(const ToolBox::State &state, const Error &error, bool fatal)
{
    const Json sentence = state.untrusted.error(error.text());
    const std::string kept_back = "failed; what its error says stays on this machine";
    ToolAnswer answer = refusal({{"", sentence.is_string() ? sentence.get<std::string>() : kept_back}});
    answer.summary = visible_text(error.text(), kMostOfCard);
    if (error.code == ErrorCode::cancelled)
        answer.state = CallState::cancelled;
    if (fatal)
        answer.fatal = error;
    return answer;
}

Json rounded(double value, int digits)
{
    if (!std::isfinite(value))
        return nullptr;
    const double scale = std::pow(10, digits);
    const double result = std::round(value * scale) / scale;
    return result == 0 ? Json(0) : Json(result);
}

Json significant(double value, int digits)
{
    if (!std::isfinite(value))
        return nullptr;
    if (value == 0)
        return 0;
    return rounded(value, std::clamp(digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 300));
}

std::string scheme_text(const Recipe &recipe, const std::string &layer)
{
    const auto found = recipe.layers.find(layer);
    if (found == recipe.layers.end())
        return to_text(Format::fp32);
    const Scheme &scheme = found->second;
    std::string text = to_text(scheme.format);
    if (scheme.activation != Activation::none)
        text += " " + to_text(scheme.activation);
    if (is_integer(scheme.format))
        text += " " + to_text(scheme.rounding);
    if (scheme.group != 0)
        text += " g" + std::to_string(scheme.group);
    return text;
}

std::string in_a_row(const std::vector<std::string> &words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

std::vector<std::string> trial_columns()
{
    return {"id",           "origin",      "method",     "name",       "state",          "bytes",    "times_smaller",
            "top1_percent", "drop_points", "drop_error", "latency_ms", "predicted_drop", "on_front", "why_not"};
}

Json trial_row(const ToolBox::State &state, const Trial &trial)
{
    const Study &study = state.desk.study();
    Json row{trial.id, to_text(trial.origin), visible_text(trial.method), visible_text(trial.name), to_text(trial.state)};
    if (trial.selection) {
        const auto [drop, error] = measured_drop(*trial.selection);
        const auto size = static_cast<double>(std::max<std::int64_t>(1, trial.selection->size.value));
        row.push_back(trial.selection->size.value);
        row.push_back(rounded(static_cast<double>(study.float_bytes.value) / size, 2));
        row.push_back(rounded(100 * trial.selection->accuracy.top1(), 2));
        row.push_back(rounded(drop, 2));
        row.push_back(rounded(error, 2));
        row.push_back(rounded(operating_point(trial).latency, 3));
    } else {
        row.insert(row.end(), 6, nullptr);
    }
    row.push_back(rounded(trial.predicted_drop, 2));
    row.push_back(trial.on_front);
    if (!trial.error.empty())
        row.push_back(state.untrusted.error(trial.error));
    else
        row.push_back(trial.selection && stopped_early(study, trial) ? Json("ended early: below the front") : Json(nullptr));
    return row;
}

std::string trial_text(const Trial &trial)
{
    if (!trial.selection)
        return trial.id + " is " + to_text(trial.state);
    const double drop = measured_drop(*trial.selection).points;
    return trial.id + ": " + to_text(trial.selection->size) + ", " + to_text(100 * trial.selection->accuracy.top1(), 1) + " %, "
        + to_text(std::abs(drop), 2) + " points " + (drop < 0 ? "above" : "below") + " float";
}

Json constraints_json(const ToolBox::State &state, const Constraints &constraints)
{
    Json json{{"max_drop", Json(or_null(constraints.max_drop))},
              {"target_bytes", Json(or_null(constraints.bytes))},
              {"max_latency", Json(or_null(constraints.latency))}};
    json["pin"] = Json::array();
    for (const auto &[layer, format] : constraints.pins)
        json["pin"].push_back({{"layer", state.id_of(layer)}, {"format", to_text(format)}});
    json["minimum_bits"] = Json::object();
    for (const auto &[layer, least] : constraints.minimum_bits)
        json["minimum_bits"][state.id_of(layer)] = least;
    json["forbid"] = Json::array();
    for (const Format format : constraints.forbidden)
        json["forbid"].push_back(to_text(format));
    return json;
}

std::string constraints_text(const ToolBox::State &state, const Constraints &constraints)
{
    std::vector<std::string> parts;
    if (constraints.max_drop)
        parts.push_back("a drop of at most " + to_text(*constraints.max_drop) + " points");
    if (constraints.bytes)
        parts.push_back("at most " + to_text(bytes(*constraints.bytes)));
    if (constraints.latency)
        parts.push_back("at most " + to_text(*constraints.latency) + " ms");
    for (const auto &[layer, format] : constraints.pins)
        parts.push_back(to_text(format) + " for " + state.id_of(layer));
    for (const auto &[layer, least] : constraints.minimum_bits)
        parts.push_back("at least " + std::to_string(least) + " bits for " + state.id_of(layer));
    for (const Format format : constraints.forbidden)
        parts.push_back("no " + to_text(format));
    return in_a_row(parts);
}

bool was_left_undone(const Trial &trial)
{
    return trial.state == TrialState::cancelled || trial.state == TrialState::interrupted;
}

TrialCost cost_of(const ToolBox::State &state, const Recipe &recipe)
{
    const Prediction predicted = predict_costs(state.desk.model(), recipe, state.desk.options().threads);
    const auto usual = trial_time(state.desk.study());
    // What trials took so far has their quantizing in it, on this machine; without one there is the processor of the formula.
    return {usual.value_or(predicted.seconds) / 60, predicted.work + predicted.run};
}

} // namespace tools
} // namespace ca
