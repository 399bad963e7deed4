// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/stored_weight.h"

namespace ca {

/// A weight as integer kernels take it: w = value * scale of its row.
struct ChannelInt8 {
    std::vector<std::int8_t> values; ///< row-major, as the weight
    std::vector<float> scales;       ///< one for each row
};

/// The same numbers where the codes have one scale a row and fit into 8 bits once their zero points are taken off. Else (groups,
/// most asymmetric 8-bit weights) the nearest numbers on 8-bit grids, -127 to 127, that reach to the largest magnitude of a row;
/// a row of zeros has scale 1.
[[nodiscard]] ChannelInt8 per_channel_int8(const StoredWeight &weight, std::int64_t rows);

} // namespace ca
