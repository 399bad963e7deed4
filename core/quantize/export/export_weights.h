// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/export/exported_tensors.h"
#include "core/quantize/stored_weight.h"

namespace ca {

struct ExportedWeight {
    StoredWeight stored;
    std::vector<std::int64_t> shape; ///< the layer's, or a matrix of as many weights
};

/// A layer's weight under the names of export_names.h, with every shape, size and number checked against the others. `scheme` is
/// not fp32.
[[nodiscard]] Result<ExportedWeight> read_layer_weight(const ExportedTensors &file, const std::string &layer,
                                                       const Scheme &scheme);

} // namespace ca
