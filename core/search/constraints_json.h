// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/search/planner.h"

namespace ca {

/// `{"max_drop","target_bytes","max_latency","pins":{layer:format},"minimum_bits":{layer:bits},"forbidden":[formats]}`; null
/// where nothing is limited.
[[nodiscard]] OrderedJson to_json(const Constraints &constraints);
/// Errors: `bad_format`.
[[nodiscard]] Result<Constraints> constraints_from_json(const Json &json);

} // namespace ca
