// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architectures/network_weights_torch.h"
#include "core/program/program_torch.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ca {

/// Writes a network as a program, operator by operator; what it leaves is as if it had been recorded. Nothing runs but the
/// folding of batch norms. Slot 0 is the images. Throws WeightMismatch.
class NetworkBuilder {
public:
    /// `input`: channels, height, width.
    NetworkBuilder(NetworkWeights &weights, const std::array<std::int64_t, 3> &input);

    struct Convolution {
        std::int64_t in = 0, out = 0, kernel = 1, stride = 1, padding = 0, groups = 1;
    };
    /// [batch, in, height, width] with `name.weight` [out, in / groups, kernel, kernel], and `name.bias` where there is one.
    [[nodiscard]] Operand convolution(Operand x, const std::string &name, const Convolution &sizes, bool bias);
    /// The same with the batch norm `norm` folded into it, in double precision.
    [[nodiscard]] Operand convolution_norm(Operand x, const std::string &name, const std::string &norm, const Convolution &sizes,
                                           double epsilon);
    /// [..., in] with `name.weight` [out, in].
    [[nodiscard]] Operand linear(Operand x, const std::string &name, std::int64_t in, std::int64_t out, bool bias = true);
    /// [..., in] with the matrix `name` itself, stored [in, out].
    [[nodiscard]] Operand product(Operand x, const std::string &name, std::int64_t in, std::int64_t out);
    [[nodiscard]] Operand layer_norm(Operand x, const std::string &name, std::int64_t width, double epsilon);

    /// A tensor of the weights as a constant under its published name; the same one however often it is asked for.
    [[nodiscard]] Operand weight(const std::string &name, const std::vector<std::int64_t> &shape);
    [[nodiscard]] Operand constant(c10::IValue value, const std::string &name = {});
    /// One operator with one result.
    [[nodiscard]] Operand op(const std::string &name, const std::string &overload, std::vector<Operand> in);

    [[nodiscard]] Operand add(Operand a, Operand b);
    [[nodiscard]] Operand relu(Operand x) { return op("aten::relu", "", {x}); }
    /// x divided by its length along the last dimension.
    [[nodiscard]] Operand normalized(Operand x);
    /// [batch, channels, height, width] -> [batch, channels], the mean.
    [[nodiscard]] Operand pooled(Operand x);
    /// Rows `first` to `last` (not with it) along a dimension.
    [[nodiscard]] Operand slice(Operand x, std::int64_t dim, std::int64_t first, std::int64_t last);

    [[nodiscard]] NetworkWeights &weights() { return weights_; }
    [[nodiscard]] Program finish(Operand output);

private:
    Operand constant_weight(const std::string &name, const std::vector<std::int64_t> &shape, bool transposed);
    at::Tensor kernel(const std::string &name, const Convolution &sizes);
    Operand convolution_step(Operand x, const std::string &name, const at::Tensor &weight, Operand bias,
                             const Convolution &sizes);

    NetworkWeights &weights_;
    std::map<std::string, Operand> known_; ///< weights that are constants already
    Program::Data data_;
};

} // namespace ca
