// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/fusion_torch.h"
#include "core/quantize/quantize.h"
#include "core/quantize/ranges/activation_histogram.h"

#include <map>
#include <set>
#include <utility>

namespace ca {

/// By slot of the plain program: smallest and largest value.
struct ActivationRanges::Data {
    std::map<int, std::pair<float, float>> slots;
};

/// By slot of the plain program. `channels`: of each input of a layer, the largest magnitude in each of its columns (of a linear
/// layer) or channels (of a convolution), by slot.
struct ActivationHistograms::Data {
    std::map<int, ActivationHistogram> slots;
    std::map<int, std::vector<float>> channels;
    std::map<int, std::vector<float>> lowest; ///< and the smallest value there
};

/// Slots of which a static scheme may need the range: inputs, results and residuals of layers.
[[nodiscard]] std::set<int> slots_to_watch(const Program::Data &program, const std::vector<FusedGroup> &groups);

/// A quantized model's program: packed kernels in u8 x s8 where schemes and grids allow, float ones elsewhere, casts between.
/// Sets `compute` and `real`. Throws what packing throws.
[[nodiscard]] Program lower_quantized(const Program::Data &plain, const Recipe &recipe,
                                      const std::map<std::string, StoredWeight> &weights, const ActivationRanges &ranges,
                                      std::string &compute, bool &real);

} // namespace ca
