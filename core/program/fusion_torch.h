// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <optional>
#include <string>
#include <vector>

namespace ca {

/// An activation function that kernels can apply to their own result.
struct PostOp {
    std::string name; ///< `relu`, `hardtanh`, `gelu`, `hardswish`, `swish`; `quick_gelu`: x * sigmoid(1.702 x), in three steps
    std::string algorithm;         ///< of gelu: `none` (erf) or `tanh`; else empty
    std::vector<double> arguments; ///< of hardtanh: low, high
};

/// A convolution or linear step with what can be computed in the same kernel.
struct FusedGroup {
    std::size_t step = 0;            ///< the layer's
    std::vector<std::size_t> merged; ///< steps that the kernel computes as well
    std::optional<Operand> residual; ///< added to the layer's result before the activation
    std::optional<PostOp> post_op;
    int out = -1; ///< slot of the last merged step
};

/// Leaves the activation of a group to steps of their own.
void drop_post_op(const Program::Data &program, FusedGroup &group);

/// Sizes of every tensor slot for one image, as run; empty for others.
using SlotShapes = std::vector<std::vector<std::int64_t>>;
[[nodiscard]] SlotShapes slot_shapes(const Program::Data &program);

/// Finds the groups of a plain program: layer, then perhaps an addition of equal shape, then perhaps an activation, each read by
/// nobody else. At most one group takes an addition. A residual is computed before its group's place, which is that of the last
/// merged step.
[[nodiscard]] std::vector<FusedGroup> find_groups(const Program::Data &program, const SlotShapes &shapes);

/// A step in float32 or bfloat16 with packed weights for one group. `weight` replaces the layer's own where it is defined.
[[nodiscard]] Step packed_step(const Program::Data &from, const FusedGroup &group, const SlotShapes &shapes, at::ScalarType type,
                               const at::Tensor &weight = {});

/// `fuse_bf16` that hears a stop between steps: `cancelled`.
[[nodiscard]] Result<Program> fuse_bf16(const Program &program, const std::stop_token &stop);

/// Calls an operator of the dispatcher by name, boxed.
class BoxedOperator {
public:
    BoxedOperator(const char *name, const char *overload);
    [[nodiscard]] c10::IValue operator()(Stack arguments) const;

private:
    std::function<void(Stack &)> call_;
};

/// Attribute, arguments and algorithm as oneDNN's operators of LibTorch take them.
[[nodiscard]] c10::List<std::optional<at::Scalar>> post_op_arguments(const PostOp &post_op);

/// A tensor that may be overwritten: `tensor` itself where nobody else holds it or its memory, else a copy.
[[nodiscard]] at::Tensor owned(at::Tensor tensor);

} // namespace ca
