// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ca {

/// A linear or two-dimensional convolution step as a product: each output position is weight x (what the layer reads there).
struct LayerProduct {
    bool is_convolution = false;
    std::int64_t rows = 0;    ///< output channels
    std::int64_t columns = 0; ///< inputs of one output: a row of the weight
    std::int64_t groups = 1;
    std::vector<std::int64_t> kernel, stride, padding, dilation; ///< height, width
};

/// Absent for steps of another kind, or whose weight or input is not where that kind has it, or whose bias is computed.
[[nodiscard]] std::optional<LayerProduct> layer_product(const Program::Data &program, const Step &step);

/// Output positions in a tensor that the layer gives: images x places, or rows.
[[nodiscard]] std::int64_t positions_in(const LayerProduct &product, const at::Tensor &output);

/// `wanted` of `total` places, ascending, one from each of `wanted` equal stretches; all of them where fewer. Seeded.
[[nodiscard]] at::Tensor sample_positions(std::int64_t total, std::int64_t wanted, std::uint64_t seed);

/// What the layer reads at those positions of a batch: into [groups, first.., columns] of `rows`, a dense float32 tensor.
void gather_inputs(const LayerProduct &product, const at::Tensor &input, const at::Tensor &output, const at::Tensor &positions,
                   std::int64_t first, at::Tensor &rows);

/// The values of a tensor of the output's shape at those positions: [positions, rows].
[[nodiscard]] at::Tensor gather_outputs(const LayerProduct &product, const at::Tensor &output, const at::Tensor &positions);

} // namespace ca
