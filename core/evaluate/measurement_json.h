// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/measurement.h"

namespace ca {

/// The reverse of `to_json`, to the last bit of each number; `accuracy.right` and times of what was only simulated are not in
/// it. The text may come from anywhere. Errors: `bad_format` with the field that is missing or impossible.
[[nodiscard]] Result<Measurement> measurement_from_json(const Json &json);

} // namespace ca
