// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalization/bias_correction.h"

#include "core/base/heap.h"
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/quantize/equalization/program_edit_torch.h"
#include "core/quantize/network_work.h"
#include "core/quantize/ranges/calibration_batches.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "core/quantize/simulate.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <optional>

namespace ca {
namespace {

constexpr double kMostMemory = 512e6; // bytes of values that the pass through the quantized network holds
constexpr std::size_t kFewest = 16;   // images, however large they are

/// The rest shows whether it helped.
std::size_t to_fit_on(std::size_t images)
{
    return images * 3 / 4;
}

/// Mean of each output channel, by slot.
using Means = std::map<int, at::Tensor>;

/// Of a layer's outputs, where its weights are quantized and its bias is its own.
struct Target {
    std::size_t channels = 0; ///< dimensions behind that of the channels
    at::Tensor bias;
};

std::map<int, Target> targets_of(const QuantizedModel &model)
{
    const ProgramEdit plain(model.model.program.data());
    std::map<int, Target> targets;
    for (std::size_t i = 0; i < plain.data().steps.size(); ++i) {
        const Step &step = plain.step(i);
        if (step.layer < 0)
            continue;
        const Layer &layer = plain.data().layers[static_cast<std::size_t>(step.layer)];
        const bool kind = layer.kind != LayerKind::matmul && layer.kind != LayerKind::embedding;
        if (kind && layer.has_bias && layer.uses == 1 && model.weights.contains(layer.name) && plain.is_own(i, 2))
            targets[step.out[0]] = {layer.kind == LayerKind::linear ? 0 : layer.shape.size() - 2, plain.constant(i, 2)};
    }
    return targets;
}

/// Sums over all but the channels.
at::Tensor channel_sums(const at::Tensor &values, const Target &target)
{
    std::vector<std::int64_t> others;
    const std::int64_t channels = values.dim() - 1 - static_cast<std::int64_t>(target.channels);
    for (std::int64_t dimension = 0; dimension < values.dim(); ++dimension)
        if (dimension != channels)
            others.push_back(dimension);
    return others.empty() ? values.to(at::kDouble) : values.sum(others, false, at::kDouble);
}

double values_of_a_channel(const at::Tensor &values, const Target &target)
{
    return static_cast<double>(values.numel()) / static_cast<double>(target.bias.numel());
}

/// Sums of parts that were computed in any order, added up in theirs.
class Sums {
public:
    explicit Sums(std::size_t parts) : parts_(parts) { }

    void note(std::size_t part, const at::Tensor &values, const Target &target)
    {
        parts_[part] = {channel_sums(values, target), values_of_a_channel(values, target)};
    }

    /// Undefined without values.
    [[nodiscard]] at::Tensor mean() const
    {
        at::Tensor sum;
        double count = 0;
        for (const auto &[values, size] : parts_)
            if (values.defined()) {
                sum = sum.defined() ? sum + values : values;
                count += size;
            }
        return sum.defined() ? sum / count : sum;
    }

private:
    std::vector<std::pair<at::Tensor, double>> parts_;
};

/// Images that networks run on, batch by batch.
class Images {
public:
    /// `size`: images of a batch.
    Images(Split split, std::size_t size, const Calibration &calibration, const Model &model)
        : split_(std::move(split)), size_(size), calibration_(calibration), model_(model)
    {
    }

    [[nodiscard]] std::size_t batches() const { return (split_.size() + size_ - 1) / size_; }

    /// Undefined where none of the batch can be read.
    [[nodiscard]] Result<at::Tensor> batch(std::size_t index) const
    {
        const std::size_t first = index * size_;
        const auto read =
            read_batch(split_, first, std::min(size_, split_.size() - first), calibration_.preprocess(), model_.input);
        if (!read)
            return forward(read);
        return read->places.empty() ? at::Tensor() : as_tensor(read->images).clone();
    }

private:
    const Split split_;
    const std::size_t size_;
    const Calibration &calibration_;
    const Model &model_;
};

class Correction {
public:
    Correction(const QuantizedModel &model, const Calibration &calibration, CalibrationBatches batches, std::stop_token stop,
               const Progress &progress)
        : model_(model),
          calibration_(calibration),
          batches_(batches),
          stop_(std::move(stop)),
          progress_(progress),
          targets_(targets_of(model))
    {
    }

    [[nodiscard]] bool has_targets() const { return !targets_.empty(); }

    /// Biases by slot of the layer's output.
    Result<std::map<int, at::Tensor>> biases(const Split &split)
    {
        const Images images(split, batches_.images, calibration_, model_.model);
        auto means = float_means(images);
        if (!means)
            return forward(means);
        return match(*means, images);
    }

    /// Mean KL divergence of the probabilities that a program gives from those of the float model.
    Result<double> divergence(const Program &program, const Split &split) const
    {
        const Images images(split, batches_.images, calibration_, model_.model);
        std::vector<std::pair<double, double>> parts(images.batches()); // sum, images
        const auto one = [&](std::size_t i) -> Status {
            const auto batch = images.batch(i);
            if (!batch || !batch->defined())
                return batch ? Status() : forward(batch);
            return guarded("Correcting biases", 1, [&] {
                const at::Tensor expected = execute(model_.model.program.data(), *batch, stop_),
                                 found = execute(program.data(), *batch, stop_);
                if (!expected.defined() || !found.defined())
                    return;
                const at::Tensor p = expected.to(at::kDouble).flatten(1).log_softmax(1),
                                 q = found.to(at::kDouble).flatten(1).log_softmax(1);
                parts[i] = {(p.exp() * (p - q)).sum().item<double>(), static_cast<double>(p.size(0))};
            });
        };
        if (const auto done = parallel_for(parts.size(), batches_.threads, stop_, one); !done)
            return forward(done);
        if (stop_.stop_requested())
            return cancelled();
        double sum = 0, count = 0;
        for (const auto &[part, size] : parts) {
            sum += part;
            count += size;
        }
        return count > 0 ? sum / count : 0;
    }

private:
    Result<Means> float_means(const Images &images)
    {
        std::map<int, Sums> sums;
        for (const auto &[slot, target] : targets_)
            sums.emplace(slot, Sums(images.batches()));
        const Program::Data &program = model_.model.program.data();
        std::atomic<bool> fixed_seen = false; // what is the same for all images needs one look
        const auto one = [&](std::size_t i) -> Status {
            const auto batch = images.batch(i);
            if (!batch || !batch->defined())
                return batch ? Status() : forward(batch);
            return guarded("Correcting biases", 1, [&] {
                const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &slots) {
                    const int slot = program.steps[step].out[0];
                    if (const auto target = targets_.find(slot); target != targets_.end())
                        sums.at(slot).note(i, slots[static_cast<std::size_t>(slot)].toTensor(), target->second);
                };
                (void)execute(program, *batch, stop_, observer, fixed_seen.exchange(true) ? Observed::changing : Observed::all);
                give_back_gaps();
            });
        };
        if (const auto done = parallel_for(images.batches(), batches_.threads, stop_, one); !done)
            return forward(done);
        Means means;
        for (const auto &[slot, sum] : sums)
            means[slot] = sum.mean();
        return means;
    }

    /// Runs the quantized network step by step on all images, and shifts each layer's outputs before the next one reads them.
    Result<std::map<int, at::Tensor>> match(const Means &means, const Images &images)
    {
        std::map<int, at::Tensor> biases;
        const auto program = simulated_program(model_); // has every slot of the float one
        if (!program)
            return forward(program);
        const Program::Data &data = program->data();
        std::vector<std::vector<c10::IValue>> states(1, std::vector<c10::IValue>(static_cast<std::size_t>(data.slots)));
        for (std::size_t index = 0; index < data.steps.size(); ++index) {
            if (index == data.fixed_steps)
                if (const auto begun = begin(images, states); !begun)
                    return forward(begun);
            const Step &step = data.steps[index];
            const auto target = targets_.find(step.out[0]);
            const bool shifts = target != targets_.end() && means.at(step.out[0]).defined();
            Sums sums(states.size());
            const auto run = parallel_for(states.size(), batches_.threads, stop_, [&](std::size_t i) {
                return guarded("Correcting biases", 1, [&] {
                    Stack stack;
                    run_step(data, step, states[i], stack);
                    if (shifts)
                        sums.note(i, states[i][static_cast<std::size_t>(step.out[0])].toTensor(), target->second);
                });
            });
            if (!run)
                return forward(run);
            if (shifts)
                if (const auto shifted = shift(step.out[0], target->second, means.at(step.out[0]) - sums.mean(), states, biases);
                    !shifted)
                    return forward(shifted);
            if (shifts)
                give_back_gaps();
            progress_.report("Correcting biases", index + 1, data.steps.size());
        }
        return biases;
    }

    /// A state for each batch, with what the steps before, which read no image, have given.
    Status begin(const Images &images, std::vector<std::vector<c10::IValue>> &states) const
    {
        const auto fixed = states.front();
        states.clear();
        for (std::size_t i = 0; i < images.batches(); ++i) {
            const auto batch = images.batch(i);
            if (!batch)
                return forward(batch);
            if (!batch->defined())
                continue;
            states.push_back(fixed);
            states.back()[0] = *batch;
        }
        return {};
    }

    static Status shift(int slot, const Target &target, const at::Tensor &by, std::vector<std::vector<c10::IValue>> &states,
                        std::map<int, at::Tensor> &biases)
    {
        return guarded("Correcting biases", 1, [&] {
            if (!at::isfinite(by).all().item<bool>())
                return;
            biases[slot] = (target.bias.to(at::kDouble) + by).to(at::kFloat);
            std::vector<std::int64_t> shape(target.channels + 1, 1);
            shape.front() = -1;
            const at::Tensor across = by.to(at::kFloat).view(shape);
            for (auto &state : states) {
                auto &value = state[static_cast<std::size_t>(slot)];
                value = value.toTensor() + across;
            }
        });
    }

    const QuantizedModel &model_;
    const Calibration &calibration_;
    const CalibrationBatches batches_;
    const std::stop_token stop_;
    const Progress &progress_;
    const std::map<int, Target> targets_;
};

/// The float program with other biases.
Program with_biases(const Program::Data &program, const std::map<int, at::Tensor> &biases)
{
    ProgramEdit edit(program);
    for (std::size_t step = 0; step < program.steps.size(); ++step)
        if (const auto bias = biases.find(edit.step(step).out[0]); bias != biases.end())
            edit.replace(step, 2, bias->second);
    return edit.take();
}

Program lowered(const QuantizedModel &model, const Program &plain)
{
    std::string compute;
    bool real = true;
    return lower_quantized(plain.data(), model.recipe, model.weights, model.ranges, compute, real);
}

/// The first three quarters, as far as memory goes, and the last.
Result<std::pair<Split, Split>> halves(const QuantizedModel &model, const Calibration &calibration)
{
    const Split &all = calibration.images();
    const std::size_t cut = to_fit_on(all.size());
    Split kept = all;
    kept.indices.erase(kept.indices.begin(), kept.indices.begin() + static_cast<std::ptrdiff_t>(cut));
    const InputSpec &input = model.model.input;
    const ImageBatch one{1, input.channels, input.height, input.width,
                         std::vector<float>(static_cast<std::size_t>(input.channels * input.height * input.width))};
    const auto held = peak_values(model.model.program, one);
    if (!held)
        return forward(held);
    return std::pair(all.first(images_to_correct(all.size(), *held)), std::move(kept));
}

/// The corrected float program, where it brings the quantized one nearer.
Result<std::optional<Program>> corrected(const QuantizedModel &model, const Calibration &calibration, int threads,
                                         const std::stop_token &stop, const Progress &progress)
{
    const auto network = network_work(model.model.program);
    if (!network)
        return forward(network);
    Correction correction(model, calibration, calibration_batches(network->between, threads), stop, progress);
    const auto splits = halves(model, calibration);
    if (!splits)
        return forward(splits);
    const auto &[fitted, kept] = *splits;
    if (fitted.size() == 0 || kept.size() == 0 || !correction.has_targets())
        return std::nullopt;
    const auto biases = correction.biases(fitted);
    if (!biases)
        return forward(biases);
    Program plain, before, after;
    const auto packed = guarded("Correcting biases", 1, [&] {
        plain = with_biases(model.model.program.data(), *biases);
        before = lowered(model, model.model.program);
        after = lowered(model, plain);
    });
    if (!packed)
        return forward(packed);
    const auto without = correction.divergence(before, kept), with = correction.divergence(after, kept);
    if (!without || !with)
        return forward(without ? with : without);
    return *with < *without ? std::optional(plain) : std::nullopt;
}

} // namespace

std::size_t images_to_correct(std::size_t images, Bytes of_one)
{
    const auto room = static_cast<std::size_t>(kMostMemory / static_cast<double>(std::max<std::int64_t>(1, of_one.value)));
    return std::min(to_fit_on(images), std::max(room, kFewest));
}

Status correct_biases(QuantizedModel &model, const Calibration &calibration, int threads, std::stop_token stop,
                      const Progress &progress)
{
    if (!calibration.has_images()) {
        model.recipe.options.correct_biases = false;
        model.notes.emplace_back("Biases were not corrected: there are no calibration images.");
        return {};
    }
    auto plain = corrected(model, calibration, threads, stop, progress);
    if (!plain)
        return forward(plain);
    if (*plain)
        model.model.program = std::move(**plain);
    else
        model.recipe.options.correct_biases = false;
    return {};
}

} // namespace ca
