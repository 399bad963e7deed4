// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/methods.h"

#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// A recipe that the ladder proposes, with why.
struct Candidate {
    std::string method; ///< `static-int8`, `mixed` …
    std::string name;
    std::string reason;
    MethodRecipe recipe;
};

/// The known-good recipes that seed every study, cheapest guess first after float: fp32, int8, int8 with first and last layer
/// float, bf16, weight-only int8 and int4, nf4, int4 with int8 activations, and mixed recipes by weight noise at several averages
/// with and without int8 activations. At least ten where the model has layers; duplicates by hash are left out. `has_images`:
/// there are calibration images, so that errors below 8 bits are compensated. Polls `stop` between layers. Errors: `cancelled`.
[[nodiscard]] Result<std::vector<Candidate>> fixed_ladder(const Model &model, bool has_images, std::stop_token stop = {});

} // namespace ca
