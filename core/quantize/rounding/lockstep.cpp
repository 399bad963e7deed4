// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/lockstep_torch.h"

#include "core/base/heap.h"
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/quantize/rounding/compensation_limits.h"
#include "core/quantize/rounding/gram_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace ca {
namespace {

constexpr std::size_t kBatch = kLockstepBatch;
constexpr std::uint64_t kSeed = 0x6a09e667; // of the sampled positions

/// Adds two values that are no constants, neither of them multiplied.
bool is_plain_sum(const Program::Data &program, const Step &step)
{
    if (step.op != "aten::add" || step.in.size() != 3 || is_constant(step.in[0]) || is_constant(step.in[1])
        || !is_constant(step.in[2]))
        return false;
    const c10::IValue &factor = program.constants[constant_index(step.in[2])].value;
    return factor.isScalar() && factor.toScalar().toDouble() == 1;
}

/// The slot that is added to the output of each step by the only step that reads it; -1 elsewhere.
std::vector<int> find_added(const Program::Data &program)
{
    std::vector<int> readers(static_cast<std::size_t>(program.slots), 0), reader(readers.size(), -1);
    ++readers[static_cast<std::size_t>(program.output)];
    for (std::size_t i = 0; i < program.steps.size(); ++i)
        for (const Operand operand : program.steps[i].in)
            if (!is_constant(operand)) {
                ++readers[static_cast<std::size_t>(operand)];
                reader[static_cast<std::size_t>(operand)] = static_cast<int>(i);
            }
    std::vector<int> added(program.steps.size(), -1);
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
        const Step &step = program.steps[i];
        if (step.layer < 0 || step.out.size() != 1 || readers[static_cast<std::size_t>(step.out[0])] != 1)
            continue;
        const int last = reader[static_cast<std::size_t>(step.out[0])];
        if (last < 0) // the caller's
            continue;
        if (const Step &next = program.steps[static_cast<std::size_t>(last)]; is_plain_sum(program, next))
            added[i] = next.in[0] == step.out[0] ? next.in[1] : next.in[0];
    }
    return added;
}

/// Where the last quarter begins: of batches, of positions where there are few batches. `is_fixed`: the inputs are all that there
/// will ever be, so none are held out.
std::int64_t first_held(const std::vector<std::int64_t> &firsts, bool is_fixed)
{
    const std::size_t batches = firsts.size() - 1;
    if (is_fixed)
        return firsts.back();
    return batches >= 4 ? firsts[batches - batches / 4] : firsts.back() - firsts.back() / 4;
}

} // namespace

Lockstep::Lockstep(const Program::Data &plain)
    : plain_(plain), quantized_(plain), inputs_(plain.steps.size()), added_(find_added(plain))
{
    once_.resize(1);
    once_[0].floats.resize(static_cast<std::size_t>(plain.slots));
    once_[0].quantized.resize(static_cast<std::size_t>(plain.slots));
}

Status Lockstep::read(const Calibration &calibration, std::size_t images, const InputSpec &input, int threads,
                      const std::stop_token &stop)
{
    const Split &split = calibration.images();
    if (split.size() == 0)
        return fail(ErrorCode::bad_data, "There are no calibration images. Give a data set.");
    images_.resize((images + kBatch - 1) / kBatch);
    std::mutex mutex;
    std::optional<Error> unread;
    const auto one_batch = [&](std::size_t index) -> Status {
        const std::size_t first = index * kBatch;
        auto batch = read_batch(split, first, std::min(kBatch, images - first), calibration.preprocess(), input);
        if (!batch)
            return forward(batch);
        images_[index].images = std::move(batch->images);
        const std::lock_guard lock(mutex);
        if (!batch->unread.empty())
            unread = batch->unread.front();
        return {};
    };
    if (const auto done = parallel_for(images_.size(), threads, stop, one_batch); !done)
        return done;
    std::erase_if(images_, [](const Batch &batch) { return batch.images.count == 0; });
    if (images_.empty())
        return fail(ErrorCode::bad_data,
                    "None of the " + std::to_string(images) + " calibration images can be read. Choose other data.",
                    unread.value_or(Error{}));
    return guarded("Rounding weights", 1, [&] {
        for (Batch &batch : images_) {
            batch.floats.resize(static_cast<std::size_t>(plain_.slots));
            batch.quantized.resize(static_cast<std::size_t>(plain_.slots));
            batch.floats[0] = batch.quantized[0] = as_tensor(batch.images);
        }
    });
}

void Lockstep::set_weight(std::size_t layer, const at::Tensor &weight)
{
    const Operand old = plain_.layer_weights[layer], now = quantized_.add(weight);
    std::size_t last = 0;
    for (std::size_t i = 0; i < quantized_.steps.size(); ++i)
        if (Step &step = quantized_.steps[i]; step.layer == static_cast<int>(layer)) {
            std::replace(step.in.begin(), step.in.end(), old, now);
            last = i;
        }
    weights_.emplace_back(last, constant_index(now));
}

void Lockstep::let_weights_go()
{
    std::erase_if(weights_, [&](const auto &weight) {
        const auto [last, constant] = weight;
        if (last < quantized_next_)
            quantized_.constants[constant].value = c10::IValue();
        return last < quantized_next_;
    });
}

void Lockstep::set_input(std::size_t step, Kernel input)
{
    inputs_[step] = input;
    Kernel &kernel = quantized_.steps[step].kernel;
    kernel = [input = std::move(input), then = std::move(kernel)](Stack &stack) {
        Stack first{stack[0]};
        input(first);
        stack[0] = std::move(first[0]);
        then(stack);
    };
}

Status Lockstep::run_to(std::size_t float_end, std::size_t quantized_end, std::vector<Batch> &batches, int threads,
                        const std::stop_token &stop)
{
    return parallel_tensors(batches.size(), threads, stop, [&](std::size_t index) {
        Stack stack;
        for (std::size_t i = float_next_; i < float_end && !stop.stop_requested(); ++i)
            run_step(plain_, plain_.steps[i], batches[index].floats, stack);
        for (std::size_t i = quantized_next_; i < quantized_end && !stop.stop_requested(); ++i)
            run_step(quantized_, quantized_.steps[i], batches[index].quantized, stack);
    });
}

void Lockstep::hand_on_fixed_values()
{
    for (Batch &batch : images_)
        for (std::size_t slot = 1; slot < once_[0].floats.size(); ++slot) {
            batch.floats[slot] = once_[0].floats[slot];
            batch.quantized[slot] = once_[0].quantized[slot];
        }
    once_[0].floats.clear();
    once_[0].quantized.clear();
}

Status Lockstep::advance(std::size_t step, int threads, const std::stop_token &stop)
{
    const std::size_t fixed = plain_.fixed_steps;
    if (quantized_next_ < fixed) {
        const std::size_t float_end = std::min(step + 1, fixed), end = std::min(step, fixed);
        if (const auto done = run_to(float_end, end, once_, threads, stop); !done)
            return done;
        float_next_ = float_end;
        quantized_next_ = end;
        let_weights_go();
    }
    if (step < fixed)
        return {};
    if (!once_[0].floats.empty())
        hand_on_fixed_values();
    if (const auto done = run_to(step + 1, step, images_, threads, stop); !done)
        return done;
    float_next_ = step + 1;
    quantized_next_ = step;
    let_weights_go();
    give_back_gaps();
    return {};
}

at::Tensor Lockstep::wanted_output(const Batch &batch, const Step &step) const
{
    at::Tensor output = batch.floats[static_cast<std::size_t>(step.out[0])].toTensor();
    const int added = added_[static_cast<std::size_t>(&step - plain_.steps.data())];
    if (added >= 0) {
        const auto &of_float = batch.floats[static_cast<std::size_t>(added)],
                   &of_quantized = batch.quantized[static_cast<std::size_t>(added)];
        if (of_float.isTensor() && of_quantized.isTensor() && of_float.toTensor().sizes() == output.sizes())
            output = output + of_float.toTensor() - of_quantized.toTensor();
    }
    return output;
}

at::Tensor Lockstep::input_of(const Batch &batch, std::size_t step) const
{
    Stack stack{batch.quantized[static_cast<std::size_t>(plain_.steps[step].in[0])]};
    if (inputs_[step])
        inputs_[step](stack);
    return stack[0].toTensor();
}

Result<LayerRows> Lockstep::rows(std::size_t index, const LayerProduct &product, std::int64_t wanted, int threads,
                                 const std::stop_token &stop)
{
    const Step &step = plain_.steps[index];
    std::vector<Batch> &all = batches(index);
    std::vector<std::int64_t> counts(all.size()), firsts(all.size() + 1, 0);
    std::int64_t total = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        counts[i] = positions_in(product, all[i].floats[static_cast<std::size_t>(step.out[0])].toTensor());
        total += counts[i];
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        firsts[i + 1] = firsts[i] + std::min(counts[i], (counts[i] * wanted + total - 1) / total);
    LayerRows rows{at::empty({product.groups, firsts.back(), product.columns}, at::kFloat),
                   at::empty({firsts.back(), product.rows}, at::kFloat), first_held(firsts, index < plain_.fixed_steps)};
    const std::optional<at::Tensor> bias =
        plain_.constants[constant_index(step.in[2])].value.isTensor() ? std::optional(plain_.tensor(step.in[2])) : std::nullopt;
    const auto one_batch = [&](std::size_t i) {
        const at::Tensor output = wanted_output(all[i], step);
        const at::Tensor positions = sample_positions(counts[i], firsts[i + 1] - firsts[i], kSeed + i);
        gather_inputs(product, input_of(all[i], index), output, positions, firsts[i], rows.inputs);
        const at::Tensor chosen = gather_outputs(product, output, positions);
        rows.outputs.narrow(0, firsts[i], positions.numel()).copy_(bias ? chosen - *bias : chosen);
    };
    if (const auto done = parallel_tensors(all.size(), threads, stop, one_batch); !done)
        return forward(done);
    return rows;
}

} // namespace ca
