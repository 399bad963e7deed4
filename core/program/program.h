// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// `conv2d` and `linear` have kernels for integers, the others have int weights and compute in float. `matmul` is every other
/// product with a constant side.
enum class LayerKind { conv2d, linear, embedding, conv1d, conv3d, conv_transposed, matmul };
[[nodiscard]] std::string to_text(LayerKind kind);

/// A step with a constant weight that can be quantized. Shared weights are one layer with several uses.
struct Layer {
    LayerIndex index;
    std::string name; ///< after its weight: `layer1.0.conv1`
    LayerKind kind = LayerKind::linear;
    /// Of the weight. Scales belong to the first dimension, as in compressed-tensors: output channels or rows; input channels of
    /// transposed convolutions; whatever comes first in a table of more than two dimensions that is a side of a product.
    std::vector<std::int64_t> shape;
    bool has_bias = false;
    bool depthwise = false;
    std::int64_t uses = 1;
    std::int64_t bias_size = 0; ///< elements of the bias where rows are not output channels: of transposed convolutions

    [[nodiscard]] std::int64_t weights() const; ///< elements of the weight
    /// Rows of the weight, which have a scale each.
    [[nodiscard]] std::int64_t channels() const { return shape.empty() ? 0 : shape.front(); }
    [[nodiscard]] std::int64_t parameters() const; ///< weight and bias
};

/// A batch of images as a network takes them: planar floats, row-major [count, channels, height, width].
struct ImageBatch {
    std::int64_t count = 0, channels = 3, height = 0, width = 0;
    std::vector<float> values;
};

/// Row-major [rows, columns]; a row for each image.
struct Matrix {
    std::int64_t rows = 0, columns = 0;
    std::vector<float> values;
    [[nodiscard]] std::span<const float> row(std::int64_t i) const
    {
        return {values.data() + i * columns, static_cast<std::size_t>(columns)};
    }
};

/// One step of a program, for people and for profiles.
struct StepInfo {
    std::string op;         ///< `aten::conv2d`, `int8::conv2d`
    std::string layer;      ///< name of the layer that it computes, empty for others
    bool runs_once = false; ///< in the program's life: it reads constants alone
};

/// A model as a straight line of steps (DESIGN.md section 4). An immutable value: copies share everything, any number of
/// threads may run it at once.
class Program {
public:
    struct Data; // program_torch.h

    Program() = default;
    explicit Program(std::shared_ptr<const Data> data) : data_(std::move(data)) { }

    [[nodiscard]] bool empty() const { return !data_; }
    [[nodiscard]] const std::vector<Layer> &layers() const;
    [[nodiscard]] std::vector<StepInfo> steps() const;
    /// What recording left to say: "runs through the interpreter: …".
    [[nodiscard]] const std::vector<std::string> &notes() const;
    /// False where the model could not be recorded and runs through the TorchScript interpreter as one step without layers.
    [[nodiscard]] bool is_recorded() const;
    /// A copy of the weight of a layer, row-major in its shape, as float32.
    [[nodiscard]] std::vector<float> weight(LayerIndex layer) const;

    [[nodiscard]] const Data &data() const { return *data_; }

private:
    std::shared_ptr<const Data> data_;
};

/// Runs the program once on the calling thread, with `threads` threads inside an operator. Polls `stop` between steps.
/// Errors: `cancelled`; `failed` with the step that failed; `out_of_memory`.
[[nodiscard]] Result<Matrix> run(const Program &program, const ImageBatch &batch, std::stop_token stop = {}, int threads = 1);

/// A program bound to one input, for clocks: converting the input is outside of what is timed. Call it from one thread at a time.
using BoundRun = std::function<Status()>;
[[nodiscard]] Result<BoundRun> bind(const Program &program, const ImageBatch &batch, int threads);

/// Median milliseconds of each step over `rounds` runs on the calling thread, 0 for those that run once in a program's life
/// (CLIP's text tower). Order of steps().
[[nodiscard]] Result<std::vector<double>> profile(const Program &program, const ImageBatch &batch, int rounds, int threads,
                                                  std::stop_token stop = {});

/// The most bytes of values that a run holds at once, weights not counted, from recorded shapes scaled to `count` images.
[[nodiscard]] Result<Bytes> peak_values(const Program &program, const ImageBatch &batch);

/// The same program with convolutions and linears as packed kernels with fused activations and residual adds, in float32.
/// Outputs agree with the plain one to about 1e-5.
[[nodiscard]] Result<Program> fuse(const Program &program);
/// In bfloat16 throughout (the float baseline of DESIGN.md section 6). Errors: `unsupported`, naming the step that has no such
/// kernel.
[[nodiscard]] Result<Program> fuse_bf16(const Program &program);

} // namespace ca
