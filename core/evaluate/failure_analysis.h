// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/evaluate/evaluate.h"
#include "core/quantize/quantize.h"

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// Layers that stand together: a residual block, a transformer block, or one layer outside of such.
struct LayerGroup {
    std::string name;
    std::vector<std::string> layers;
    bool operator==(const LayerGroup &) const = default;
};

/// By its name, up to the first part that is a number or ends in one after an underscore (`layer1.0`, `features.12`,
/// `encoder.layers.encoder_layer_3`), and the numbers that follow it but for the last part (`features.1.0` of
/// `features.1.0.block.2`, of stages and blocks); a layer without such a part is its own group.
[[nodiscard]] std::string group_of(const std::string &layer);
/// In program order of their first layers.
[[nodiscard]] std::vector<LayerGroup> layer_groups(const std::vector<Layer> &layers);

/// What restoring one group to float does to an image that changed.
struct Repair {
    std::string group;
    bool repaired = false; ///< the answer is the float model's again
    double float_odds = 0; ///< probability of the float model's answer, with this group in float
};

/// An image that changed, and the groups from the one that helps most: those that repair it first, each with larger odds first.
struct FlipCause {
    std::size_t place = 0; ///< in the split
    double before = 0;     ///< probability of the float model's answer with all of the recipe
    std::vector<Repair> repairs;
};

/// For each of `places` of the split, and each group with a quantized layer: the recipe without that group, on that image. All of
/// `places` have a float answer. Groups one after the other, with one quantized program in memory; their images side by side.
/// Cost: groups x places images. Errors: `cancelled`; those of packing, reading and running.
[[nodiscard]] Result<std::vector<FlipCause>> explain_flips(const Model &model, const QuantizedModel &quantized,
                                                           const Predictions &float_answers, const Split &split,
                                                           const std::vector<std::size_t> &places, const Preprocess &preprocess,
                                                           int threads, std::stop_token stop, const Progress &progress);

} // namespace ca
