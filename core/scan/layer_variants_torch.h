// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"
#include "core/program/fusion_torch.h"
#include "core/program/replay_torch.h"
#include "core/quantize/quantize.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A model's float program with fused kernels, in which layers can be given another format one by one. All of it throws what
/// packing throws.
class LayerVariants {
public:
    /// `ranges`: of activations, for `static-int8`; may be empty where that is not asked for.
    LayerVariants(const Model &model, ActivationRanges ranges);

    [[nodiscard]] const Program::Data &program() const { return fused_.data(); }
    /// Steps of that program that compute the layer, ascending; none where the output does not need it.
    [[nodiscard]] const std::vector<std::size_t> &steps(std::size_t layer) const { return steps_[layer]; }

    /// False for activations of a kind of layer without an integer kernel.
    [[nodiscard]] bool can(std::size_t layer, const std::string &format) const;
    /// The layer in a scan format (sensitivity.h), all of its steps; nothing where it cannot have it, or its weights are not
    /// finite.
    [[nodiscard]] std::optional<Variant> variant(std::size_t layer, const std::string &format) const;

private:
    [[nodiscard]] Step replaced(std::size_t step, std::size_t layer, const at::Tensor &weight, bool static_input) const;

    Program plain_, fused_;
    ActivationRanges ranges_;
    SlotShapes shapes_;
    std::map<int, FusedGroup> groups_; ///< by the slot that they write
    std::vector<std::vector<std::size_t>> steps_;
};

} // namespace ca
