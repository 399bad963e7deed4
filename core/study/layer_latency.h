// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measure_recipe.h"

#include <map>
#include <string>

namespace ca {

/// Milliseconds at batch 1, by a clock around each step.
struct LayerLatencies {
    std::map<std::string, std::pair<double, double>> layers; ///< in fp32; with int8 weights and activations
    double others = 0;                                       ///< of the steps that compute no layer, in fp32
};

/// Of the float program and of static int8. Errors: those of quantizing and running.
[[nodiscard]] Result<LayerLatencies> time_layers(const Workbench &bench, std::stop_token stop, const Progress &progress);

[[nodiscard]] Json to_json(const LayerLatencies &latencies);
/// Errors: `bad_format`.
[[nodiscard]] Result<LayerLatencies> layer_latencies_from_json(const Json &json);

} // namespace ca
