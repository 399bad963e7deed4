// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/methods.h"

#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// Bits for every layer from {2, 3, 4, 5, 6, 8} such that the average over all weights is at most `average` and the total damage
/// is least (`allocate`): damage of a layer at b bits = its share of the model's weight energy, sum(w^2) over that of all layers,
/// times its Beta noise at b bits. No image is looked at. The first and the last layer get at least 4 bits where the average
/// allows that. `static_activations`: int8 activations as well. Errors: `unsupported` (no layers), `constraint` (average below
/// 2).
[[nodiscard]] Result<MethodRecipe> mixed_by_noise(const Model &model, double average, bool static_activations);

/// A recipe that the ladder proposes, with why.
struct Candidate {
    std::string method; ///< `static-int8`, `mixed` …
    std::string name;
    std::string reason;
    MethodRecipe recipe;
};

/// The known-good recipes that seed every study, cheapest guess first after float: fp32, int8, int8 with first and last layer
/// float, weight-only int8 and int4, and mixed recipes by weight noise at several averages with and without int8 activations. At
/// least ten where the model has layers; duplicates by hash are left out. Polls `stop` between layers. Errors: `cancelled`.
[[nodiscard]] Result<std::vector<Candidate>> fixed_ladder(const Model &model, std::stop_token stop = {});

} // namespace ca
