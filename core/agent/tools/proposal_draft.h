// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/tools/tool_arguments.h"
#include "core/agent/tools/tool_state.h"

#include <optional>

namespace ca::tools {

/// A recipe as a model asked for it, or what is wrong with that.
struct Draft {
    std::optional<Candidate> candidate{};
    ArgumentErrors errors{};
    std::optional<Error> failure{}; ///< of the allocation, when it is stopped
};

/// Of the arguments of `propose_recipe`, checked by its schema: the base with the changes, as far as layers can have them, or the
/// planner's allocation within `target_bytes` around them. A second at most. The study is planned.
[[nodiscard]] Draft draft_recipe(const ToolBox::State &state, const Json &arguments, std::stop_token stop);

/// Bytes of the smallest recipe that limits on formats leave; nothing where they leave a layer none. The study is planned.
[[nodiscard]] std::optional<std::int64_t> smallest_bytes(const ToolBox::State &state, const Constraints &limits);

} // namespace ca::tools
