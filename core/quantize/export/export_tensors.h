// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"
#include "core/program/program.h"
#include "core/quantize/stored_weight.h"

#include <deque>
#include <span>
#include <string>
#include <vector>

namespace ca {

/// Tensors on their way into a file. Not copyable: views look at what it keeps.
class ExportTensors {
public:
    ExportTensors() = default;
    ExportTensors(const ExportTensors &) = delete;
    ExportTensors &operator=(const ExportTensors &) = delete;

    /// A tensor whose bytes outlive this; none for a prediction.
    template <typename T>
    void look_at(std::string name, SafeDtype dtype, std::vector<std::int64_t> shape, const std::vector<T> &values)
    {
        views_.push_back({std::move(name), dtype, std::move(shape), std::as_bytes(std::span(values))});
    }
    void look_at(SafeTensorView view) { views_.push_back(std::move(view)); }

    /// A tensor of its own.
    template <typename T>
    void keep(std::string name, SafeDtype dtype, std::vector<std::int64_t> shape, const std::vector<T> &values)
    {
        const auto bytes = std::as_bytes(std::span(values));
        views_.push_back({std::move(name), dtype, std::move(shape), kept_.emplace_back(bytes.begin(), bytes.end())});
    }

    [[nodiscard]] const std::vector<SafeTensorView> &views() const { return views_; }
    /// Of the tensors from this one on, without the header.
    [[nodiscard]] std::int64_t payload(std::size_t first = 0) const;

private:
    std::vector<SafeTensorView> views_;
    std::deque<std::vector<std::byte>> kept_;
};

/// Adds the tensors of a layer's weight. Integers as compressed-tensors names them (`weight` I8, or `weight_packed` I32 with
/// `weight_shape`; `weight_scale`, which is BF16 for groups, and `weight_zero_point`), nf4 and fp4 as bitsandbytes does (`weight`
/// U8, `weight.absmax`, `weight.quant_map`, `weight.quant_state.bitsandbytes__nf4` …), llm_int8 likewise (`weight` I8, `SCB`,
/// `weight_format`), 16 bits plainly. What these packages have for matrices alone, convolutions are as well, rows x columns: all
/// but 8 bits with a scale for each row, and 16 bits. `stored` null: shapes alone, for a prediction; else it outlives `into`.
void add_layer_weight(ExportTensors &into, const Layer &layer, const Scheme &scheme, const RecipeOptions &options,
                      const StoredWeight *stored);

/// What bitsandbytes keeps of a weight beside its tensors, as it reads it: JSON, padded with spaces to a length that shape and
/// kind alone tell.
[[nodiscard]] std::string four_bit_state(const std::vector<std::int64_t> &shape, FourBit code, bool doubled, float offset);

} // namespace ca
