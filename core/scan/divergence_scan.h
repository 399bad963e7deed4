// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/scan.h"

#include <chrono>
#include <functional>
#include <stop_token>

namespace ca {

/// Measures the divergences that `options` asks for and puts them into `table`, whose layers are those of the model's program:
/// rounds over all layers, then blocks. `changed` is called whenever there is something new. Ends early after `deadline`: rounds
/// that were not completed then count nowhere, but for the first. Errors: as for `scan`.
[[nodiscard]] Status scan_divergence(const Model &model, const ScanOptions &options,
                                     std::chrono::steady_clock::time_point deadline, SensitivityTable &table,
                                     const std::function<void()> &changed, std::stop_token stop, const Progress &progress);

/// Where the ranking of layers by `before` and by `after` is the same but for what no longer matters: the mean over the formats
/// of Spearman's correlation is at least 0.95.
[[nodiscard]] bool ranking_is_stable(const std::vector<std::vector<double>> &before,
                                     const std::vector<std::vector<double>> &after);

} // namespace ca
