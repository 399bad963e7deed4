// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/open_inputs.h"
#include "core/quantize/quantize.h"

namespace ca {

/// The recipe of `--method` or `--recipe`, checked against the model; absent where neither is given. `mixed` with `--max-drop`
/// is searched for on the calibration images of `inputs.data`; `preprocess`: where it is chosen already. Errors: those of
/// `make_recipe`, `mixed_for_bytes`, `mixed_for_drop`, `recipe_from_json` and `check`; `usage` where images are needed and there
/// are none.
[[nodiscard]] Result<std::optional<MethodRecipe>> open_recipe(const Arguments &arguments, const Inputs &inputs,
                                                              const std::optional<Preprocess> &preprocess, std::stop_token stop,
                                                              const Progress &progress);

/// The images that the recipe looks at, out of `inputs.data`; none where it looks at none. Errors: `usage` without data; those of
/// `check_network` and `choose_preprocess`.
[[nodiscard]] Result<Calibration> calibration_for(const Arguments &arguments, const Inputs &inputs, const Recipe &recipe,
                                                  const std::optional<Preprocess> &preprocess, std::stop_token stop);

/// The recipe carried out on these images. Errors: those of `check_recorded`, `calibration_for` and `quantize`.
[[nodiscard]] Result<QuantizedModel> carry_out(const Arguments &arguments, const Inputs &inputs, const MethodRecipe &recipe,
                                               const std::optional<Preprocess> &preprocess, std::stop_token stop,
                                               const Progress &progress);

} // namespace ca
