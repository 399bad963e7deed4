// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_damages.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ca {
namespace {

using Damages = std::map<Format, double>;

constexpr double kLeast = 1e-12; // of a damage whose logarithm is taken

/// What the scan measured; nothing where a width is missing.
std::optional<Damages> measured(const SensitivityTable &table, const LayerSensitivity &layer)
{
    Damages result;
    for (const Format format : {Format::int8, Format::int6, Format::int4, Format::int3, Format::int2, Format::nf4}) {
        const auto found = layer.divergence.find(to_text(format));
        const double damage = found == layer.divergence.end() ? NAN : ranked(table, found->second);
        if (std::isfinite(damage))
            result[format] = std::max(0.0, damage);
        else if (format != Format::nf4)
            return std::nullopt;
    }
    return result;
}

/// The share of the weights' energy that rounding them loses.
Damages by_noise(const LayerSensitivity &layer, double total_energy)
{
    const WeightStatistics &weights = layer.weights.statistics;
    const double energy = static_cast<double>(weights.count) * (weights.variance + weights.mean * weights.mean);
    Damages result;
    for (const Format format : {Format::int8, Format::int6, Format::int4, Format::int3, Format::int2}) {
        double noise = noise_of(layer.weights.beta_noise, to_text(format)).value_or(NAN);
        if (!std::isfinite(noise)) // no density, for instance two values only
            noise = noise_of(layer.weights.measured.channel, to_text(format)).value_or(NAN);
        const double damage = total_energy > 0 ? energy / total_energy * noise : 0;
        result[format] = std::isfinite(damage) ? damage : 0; // all weights equal: any grid holds them
    }
    return result;
}

double between(double more_bits, double fewer_bits)
{
    return std::sqrt(std::max(more_bits, kLeast) * std::max(fewer_bits, kLeast));
}

/// Adds the formats that nobody measured, and makes more bits never worse.
void complete(Damages &damages)
{
    damages[Format::int5] = between(damages[Format::int6], damages[Format::int4]);
    damages[Format::int7] = between(damages[Format::int8], damages[Format::int6]);
    double fewer = damages[Format::int2];
    for (const Format format : {Format::int3, Format::int4, Format::int5, Format::int6, Format::int7, Format::int8})
        fewer = damages[format] = std::min(damages[format], fewer);
    damages.emplace(Format::nf4, damages[Format::int4]);
    damages[Format::fp4] = damages[Format::nf4];
    damages[Format::llm_int8] = damages[Format::int8];
    for (const Format format : {Format::fp32, Format::fp16, Format::bf16}) // too little to tell apart
        damages[format] = 0;
}

/// The median over the layers that have both of what the scan measured at 4 bits over what the weights' noise says.
double unit_of_noise(const std::vector<std::optional<Damages>> &scanned, const std::vector<Damages> &noises)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < scanned.size(); ++i)
        if (scanned[i] && noises[i].at(Format::int4) > 0)
            ratios.push_back(scanned[i]->at(Format::int4) / noises[i].at(Format::int4));
    if (ratios.empty())
        return 1;
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2), ratios.end());
    return ratios[ratios.size() / 2];
}

/// Where no image was looked at, 8 bits cost an input as much as they cost a weight.
double input_damage(const SensitivityTable &table, const LayerSensitivity &layer, const Damages &damages)
{
    const auto both = layer.divergence.find("static-int8");
    const double damage = both == layer.divergence.end() ? NAN : ranked(table, both->second);
    return std::isfinite(damage) ? std::max(0.0, damage - damages.at(Format::int8)) : damages.at(Format::int8);
}

} // namespace

std::vector<LayerDamages> layer_damages(const SensitivityTable &table)
{
    double energy = 0;
    for (const LayerSensitivity &layer : table.layers) {
        const WeightStatistics &weights = layer.weights.statistics;
        energy += static_cast<double>(weights.count) * (weights.variance + weights.mean * weights.mean);
    }
    std::vector<std::optional<Damages>> scanned;
    std::vector<Damages> noises;
    for (const LayerSensitivity &layer : table.layers) {
        scanned.push_back(measured(table, layer));
        noises.push_back(by_noise(layer, energy));
    }
    const double unit = unit_of_noise(scanned, noises);
    std::vector<LayerDamages> result;
    for (std::size_t i = 0; i < noises.size(); ++i) {
        for (auto &[format, damage] : noises[i])
            damage *= unit;
        LayerDamages damages{scanned[i].value_or(noises[i]), 0};
        complete(damages.weight);
        damages.input = input_damage(table, table.layers[i], damages.weight);
        result.push_back(std::move(damages));
    }
    return result;
}

} // namespace ca
