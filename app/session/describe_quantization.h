// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/quantize_model.h"

namespace ca {

// What the quantize dialog shows.
[[nodiscard]] ExpectedFacts describe_costs(const ExpectedCosts &costs);
[[nodiscard]] QuantizedFacts describe_quantization(const Quantization &made);

} // namespace ca
