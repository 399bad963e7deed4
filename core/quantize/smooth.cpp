// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalize.h"

namespace ca {

Result<Model> smooth(const Model &model, Recipe &recipe, const Calibration &, int, std::stop_token, const Progress &)
{
    recipe.options.smooth = false;
    return model;
}

} // namespace ca
