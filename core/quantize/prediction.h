// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"

namespace ca {

/// What carrying a recipe out will take, before it runs.
struct Prediction {
    Bytes file;         ///< of the export: exact, but for what smoothing and bias correction note in the recipe
    Bytes work;         ///< the most memory that quantizing holds beside the float model: stored weights, and what rounding needs
    Bytes run;          ///< the most that a run of one image holds: packed weights and values
    double seconds = 0; ///< of quantizing on so many threads, within a factor of three on a processor of today
};

/// From sizes alone, with as many calibration images as `Calibration` takes; the sizes take a run of one image. `threads` 0: one
/// per core. All but `file` are 0 where that run fails.
[[nodiscard]] Prediction predict_costs(const Model &model, const Recipe &recipe, int threads);

} // namespace ca
