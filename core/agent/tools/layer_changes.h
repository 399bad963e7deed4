// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/tools/tool_state.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca::tools {

/// What a proposal wants for some layers; what is absent stays as the base has it.
struct LayerChange {
    std::vector<const Layer *> layers;
    std::optional<Format> format{};
    std::optional<Activation> activation{};
    std::optional<Rounding> rounding{};
    std::optional<int> group{}; ///< 0: the channel
    std::string path;           ///< of it in the arguments: `/layers/2`
};

/// Of the list `layers` of `propose_recipe`, checked by its schema. Errors for ids that are not there or stand twice, and for
/// changes that change nothing.
[[nodiscard]] std::vector<LayerChange> layer_changes(const ToolBox::State &state, const Json &list, ArgumentErrors &errors);

/// Changes the recipe's schemes. Errors where a layer cannot have what is asked for, with what it can. `has_images`: for
/// calibration.
void apply_change(const LayerChange &change, bool has_images, Recipe &recipe, ArgumentErrors &errors);

} // namespace ca::tools
