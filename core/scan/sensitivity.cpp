// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {

const std::vector<std::string> &scan_formats()
{
    static const std::vector<std::string> formats{"int8", "static-int8", "int6", "int4", "nf4", "int3", "int2"};
    return formats;
}

double ranked(const SensitivityTable &table, const Divergence &divergence)
{
    return table.embedding ? divergence.cosine : divergence.matched_kl;
}

std::optional<double> noise_of(const NoiseByBits &noise, const std::string &format)
{
    for (std::size_t i = 0; i < kScanBits.size(); ++i)
        if (format == "int" + std::to_string(kScanBits[i]))
            return noise[i];
    return std::nullopt;
}

void summarise(SensitivityTable &table)
{
    constexpr std::uint64_t kSeed = 0;
    table.beta_vs_divergence.clear();
    for (const std::string &format : scan_formats()) {
        std::vector<double> predicted, measured;
        for (LayerSensitivity &row : table.layers) {
            const auto cell = row.divergence.find(format);
            const auto noise = noise_of(row.weights.beta_noise, format);
            if (cell == row.divergence.end() || !noise)
                continue;
            predicted.push_back(*noise);
            measured.push_back(ranked(table, cell->second));
            if (const double rounding = noise_of(row.weights.measured.channel, format).value_or(0); rounding > 0)
                row.gain[format] = measured.back() / rounding;
        }
        if (predicted.size() >= 3)
            table.beta_vs_divergence[format] = rank_correlation(predicted, measured, kSeed);
    }
}

} // namespace ca
