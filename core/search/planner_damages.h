// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/format.h"
#include "core/scan/sensitivity.h"

#include <map>
#include <vector>

namespace ca {

/// What a layer is expected to add to the predicted loss, a number that only trials give a unit.
struct LayerDamages {
    std::map<Format, double> weight; ///< of every format
    double input = 0;                ///< of int8 activations beside the weight's
};

/// By layer of the table: what `ranked` says of the layer alone in a format; int5 and int7 lie between their neighbours in the
/// logarithm, and a format with more bits never has more. Inputs have what static-int8 has beyond int8. A layer that the scan did
/// not reach has its share of the model's weight energy times the Beta noise, in the unit of the layers that were reached.
[[nodiscard]] std::vector<LayerDamages> layer_damages(const SensitivityTable &table);

} // namespace ca
