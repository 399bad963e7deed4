// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/program/replay_torch.h"
#include "core/quantize/ranges/calibration.h"
#include "core/quantize/rounding/layer_rows_torch.h"

#include <stop_token>
#include <utility>
#include <vector>

namespace ca {

/// What a layer reads in the quantized network, and what it should give, at sampled positions of all images.
struct LayerRows {
    at::Tensor inputs;           ///< [groups, positions, columns]
    at::Tensor outputs;          ///< [positions, rows], without bias
    std::int64_t first_held = 0; ///< positions from here on are of images held out: the last quarter

    [[nodiscard]] at::Tensor fit_inputs() const { return inputs.narrow(1, 0, first_held); }
    [[nodiscard]] at::Tensor fit_outputs() const { return outputs.narrow(0, 0, first_held); }
    [[nodiscard]] at::Tensor held_inputs() const { return inputs.narrow(1, first_held, inputs.size(1) - first_held); }
    [[nodiscard]] at::Tensor held_outputs() const { return outputs.narrow(0, first_held, outputs.size(0) - first_held); }
};

/// The float network and the quantized one side by side, all calibration images at once, held before a step. Both are run one
/// batch per core.
class Lockstep {
public:
    /// `plain` must stay where it is.
    explicit Lockstep(const Program::Data &plain);

    /// Takes the first `images` of the calibration. Errors: `bad_data` where none can be read; `cancelled`.
    [[nodiscard]] Status read(const Calibration &calibration, std::size_t images, const InputSpec &input, int threads,
                              const std::stop_token &stop);

    /// From now on the layer computes with these values, which are let go when its last step has run, and its input goes through
    /// `input` first, where there is one.
    void set_weight(std::size_t layer, const at::Tensor &weight);
    void set_input(std::size_t step, Kernel input);

    /// Runs up to the step, in the float network through it.
    [[nodiscard]] Status advance(std::size_t step, int threads, const std::stop_token &stop);
    /// At the step that `advance` went to.
    [[nodiscard]] Result<LayerRows> rows(std::size_t step, const LayerProduct &product, std::int64_t wanted, int threads,
                                         const std::stop_token &stop);

private:
    struct Batch {
        ImageBatch images;
        Slots floats, quantized;
    };
    /// Those that the step runs on: the images, or the one of the steps that run once.
    std::vector<Batch> &batches(std::size_t step) { return step < plain_.fixed_steps ? once_ : images_; }
    [[nodiscard]] Status run_to(std::size_t float_end, std::size_t quantized_end, std::vector<Batch> &batches, int threads,
                                const std::stop_token &stop);
    void hand_on_fixed_values();
    void let_weights_go();
    [[nodiscard]] at::Tensor wanted_output(const Batch &batch, const Step &step) const;
    [[nodiscard]] at::Tensor input_of(const Batch &batch, std::size_t step) const;

    const Program::Data &plain_;
    Program::Data quantized_;
    std::vector<Kernel> inputs_;                               ///< by step
    std::vector<int> added_;                                   ///< by step: the slot that is added to its output next, or -1
    std::vector<std::pair<std::size_t, std::size_t>> weights_; ///< set and still read: the last step, and the constant
    std::vector<Batch> once_, images_;
    std::size_t float_next_ = 0, quantized_next_ = 0;
};

} // namespace ca
