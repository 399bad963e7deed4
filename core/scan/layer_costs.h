// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// What a layer costs to keep and to run.
struct LayerCosts {
    std::int64_t macs = 0; ///< multiplications for one image; of one run where the layer runs once in the program's life
    /// Of its weight in an exported file: `fp32`, the integer formats, `nf4` (with double quantization).
    std::map<std::string, std::int64_t> bytes;
    /// Fractions of the time of one image at batch 1 in float: predicted from multiplications and bytes moved, and measured. All
    /// steps together are 1 when measured; all layers together when predicted. 0 for layers that run once.
    std::optional<double> predicted_share, measured_share;
};

/// In the order of the program's layers; bytes alone for weights without a network. Predicting takes a run of one image; to
/// `measure` takes packing all weights and some ten runs. Errors: `cancelled`; those of running.
[[nodiscard]] Result<std::vector<LayerCosts>> layer_costs(const Model &model, bool measure, std::stop_token stop);

} // namespace ca
