// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/prediction.h"

#include "core/quantize/export.h"

namespace ca {

Prediction predict_costs(const Model &model, const Recipe &recipe, int)
{
    return {predicted_bytes(model, recipe), {}, {}, 0};
}

} // namespace ca
