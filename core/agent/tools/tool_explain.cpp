// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca::tools {
namespace {

constexpr std::size_t kMostUses = 24; // trials

Json noise_json(const NoiseByBits &noise)
{
    Json json = Json::object();
    for (std::size_t i = 0; i < kScanBits.size(); ++i)
        json[std::to_string(kScanBits[i])] = significant(noise[i]);
    return json;
}

Json weights_json(const WeightScan &weights)
{
    const WeightStatistics &statistics = weights.statistics;
    const BetaFit &fit = weights.fits.moments;
    return {{"low", significant(statistics.low)},
            {"high", significant(statistics.high)},
            {"deviation", significant(std::sqrt(std::max(0.0, statistics.variance)))},
            {"kurtosis", significant(statistics.kurtosis)},
            {"outliers", significant(statistics.outliers)},
            {"zeros", significant(statistics.zeros)},
            {"channel_ratio", significant(statistics.channel_ratio)},
            {"beta",
             {{"alpha", significant(fit.alpha)},
              {"beta", significant(fit.beta)},
              {"ks", significant(fit.ks)},
              {"trouble", std::string(to_text(weights.fits.trouble))}}},
            {"beta_noise_by_bits", noise_json(weights.beta_noise)},
            {"measured_noise_by_bits", noise_json(weights.measured.channel)}};
}

Json activation_json(const std::optional<ActivationStatistics> &activation)
{
    if (!activation)
        return nullptr;
    return {{"low", significant(activation->low)},
            {"high", significant(activation->high)},
            {"p999", significant(activation->p999)},
            {"outlier_channels", activation->outlier_channels}};
}

Json costs_json(const SensitivityTable &table, const LayerSensitivity &row)
{
    Table costs{{"format", "bytes", "divergence", "answers_changed_percent"}};
    for (const auto &[format, size] : row.bytes) {
        const auto found = row.divergence.find(format);
        const bool known = found != row.divergence.end();
        costs.rows.push_back({format, size, known ? significant(ranked(table, found->second)) : Json(nullptr),
                              known ? rounded(100 * found->second.changed, 2) : Json(nullptr)});
    }
    return costs.json();
}

/// What the layer had in the trials, the most accurate first.
Json uses_json(const Study &study, const std::string &layer)
{
    std::vector<const Trial *> trials;
    for (const Trial &trial : study.trials)
        if (trial.selection)
            trials.push_back(&trial);
    std::stable_sort(trials.begin(), trials.end(), [](const Trial *a, const Trial *b) {
        return a->selection->accuracy.top1() > b->selection->accuracy.top1();
    });
    Table table{{"trial", "scheme", "drop_points"}};
    for (std::size_t i = 0; i < std::min(trials.size(), kMostUses); ++i)
        table.rows.push_back(
            {trials[i]->id, scheme_text(trials[i]->recipe, layer), rounded(measured_drop(*trials[i]->selection).points, 2)});
    return table.json();
}

/// Its place by divergence in int4 among all layers, from 1.
Json rank_json(const SensitivityTable &table, const LayerSensitivity &row)
{
    const auto of = [&](const LayerSensitivity &each) {
        const auto found = each.divergence.find("int4");
        return found == each.divergence.end() ? -1 : ranked(table, found->second);
    };
    if (of(row) < 0)
        return nullptr;
    return 1 + std::count_if(table.layers.begin(), table.layers.end(), [&](const LayerSensitivity &each) {
               return of(each) > of(row);
           });
}

} // namespace

ToolAnswer explain_layer(ToolBox::State &state, const Json &arguments, std::stop_token)
{
    const Layer *layer = state.layer(arguments["layer"].get_ref<const std::string &>());
    if (!layer)
        return refusal({{"/layer", "is no layer", state.layer_ids()}});
    if (auto refused = state.plan())
        return std::move(*refused);
    const LayerSensitivity *row = state.row(*layer);
    const SensitivityTable &table = *state.desk.table();
    const Constraints &limits = state.desk.study().constraints;
    ToolAnswer answer;
    answer.content = {{"id", layer->index.id()},
                      {"name", state.untrusted(layer->name)},
                      {"kind", to_text(layer->kind)},
                      {"depthwise", layer->depthwise},
                      {"shape", layer->shape},
                      {"parameters", layer->parameters()},
                      {"used", layer->uses},
                      {"place", {layer->index.value + 1, state.desk.model().program.layers().size()}},
                      {"takes_int8_inputs", has_integer_kernel(*layer)},
                      {"in_trials", uses_json(state.desk.study(), layer->name)}};
    if (const auto pin = limits.pins.find(layer->name); pin != limits.pins.end())
        answer.content["pinned"] = to_text(pin->second);
    answer.summary = layer->index.id() + ", " + to_text(layer->kind) + ", " + std::to_string(layer->parameters()) + " parameters";
    if (!row)
        return answer;
    const auto share = row->measured_share ? row->measured_share : row->predicted_share;
    answer.content["block"] = state.untrusted(row->block);
    answer.content["macs"] = row->macs;
    answer.content["time_percent"] = share ? rounded(100 * *share, 1) : Json(nullptr);
    answer.content["weights"] = weights_json(row->weights);
    answer.content["inputs"] = activation_json(row->activation);
    answer.content["formats"] = costs_json(table, *row);
    answer.content["divergence_rank"] = rank_json(table, *row);
    if (const Json &rank = answer.content["divergence_rank"]; !rank.is_null())
        answer.summary += "; number " + rank.dump() + " of " + std::to_string(table.layers.size()) + " by divergence in int4";
    return answer;
}

} // namespace ca::tools
