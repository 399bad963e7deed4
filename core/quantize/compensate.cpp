// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/compensate.h"

namespace ca {

Status round_compensated(const Model &model, const Recipe &recipe, const ActivationRanges &, const Calibration &,
                         std::map<std::string, StoredWeight> &weights, int, std::stop_token, const Progress &)
{
    for (const Layer &layer : model.program.layers())
        if (const auto found = recipe.layers.find(layer.name);
            found != recipe.layers.end() && found->second.format != Format::fp32 && !weights.contains(layer.name)) {
            auto stored = store_weight(model.program.weight(layer.index), layer.shape, found->second, recipe.options);
            if (!stored)
                return forward(stored);
            weights.emplace(layer.name, std::move(*stored));
        }
    return {};
}

} // namespace ca
