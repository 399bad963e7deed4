// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/program/program_torch.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

namespace ca {

std::string to_text(LayerKind kind)
{
    switch (kind) {
    case LayerKind::conv2d:
        return "conv2d";
    case LayerKind::linear:
        return "linear";
    case LayerKind::embedding:
        return "embedding";
    case LayerKind::conv1d:
    case LayerKind::conv3d:
    case LayerKind::conv_transposed:
    case LayerKind::matmul:
        break;
    }
    return "other";
}

std::int64_t Layer::weights() const
{
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t Layer::parameters() const
{
    return weights() + (!has_bias ? 0 : bias_size > 0 ? bias_size : channels());
}

const std::vector<Layer> &Program::layers() const
{
    return data_->layers;
}
const std::vector<std::string> &Program::notes() const
{
    return data_->notes;
}
bool Program::is_recorded() const
{
    return data_->recorded;
}

std::vector<StepInfo> Program::steps() const
{
    std::vector<StepInfo> infos;
    for (const Step &step : data_->steps)
        infos.push_back({step.op, step.layer < 0 ? std::string() : data_->layers[static_cast<std::size_t>(step.layer)].name,
                         infos.size() < data_->fixed_steps});
    return infos;
}

std::vector<float> Program::weight(LayerIndex layer) const
{
    const at::Tensor weight = data_->tensor(data_->layer_weights[layer.value]).to(at::kFloat).contiguous();
    const float *first = weight.data_ptr<float>();
    return {first, first + weight.numel()};
}

at::Tensor as_tensor(const ImageBatch &batch)
{
    auto *values = const_cast<float *>(batch.values.data()); // from_blob takes no const; execute() never writes to its input
    return at::from_blob(values, {batch.count, batch.channels, batch.height, batch.width}, at::kFloat);
}

Matrix as_matrix(const at::Tensor &table)
{
    const at::Tensor plain = table.to(at::kFloat).contiguous();
    const float *first = plain.data_ptr<float>();
    return {plain.size(0), plain.size(1), {first, first + plain.numel()}};
}

Status guarded(std::string_view doing, int threads, const std::function<void()> &work)
{
    const auto report = [&](std::string_view what) {
        const std::string first_line = clean_text(what.substr(0, what.find('\n')));
        const bool memory =
            what.find("not enough memory") != std::string_view::npos || what.find("can't allocate") != std::string_view::npos;
        return fail(memory ? ErrorCode::out_of_memory : ErrorCode::failed, std::string(doing) + " failed: " + first_line);
    };
    try {
        const c10::InferenceMode inference;
        const int wanted = threads > 0 ? threads : default_threads();
        if (at::get_num_threads() != wanted)
            at::set_num_threads(wanted);
        work();
        return {};
    } catch (const c10::Error &error) {
        return report(error.what_without_backtrace());
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::out_of_memory,
                    std::string(doing) + " needs more memory than this machine gives. Use smaller images or a smaller batch.");
    } catch (const std::exception &error) {
        return report(error.what());
    }
}

Result<Matrix> run(const Program &program, const ImageBatch &batch, std::stop_token stop, int threads)
{
    if (program.data().steps.empty())
        return fail(ErrorCode::unsupported, "These are weights without a network that uses them, so they cannot be run.");
    Matrix result;
    bool stopped = false;
    const auto done = guarded("Running the network", threads, [&] {
        const at::Tensor output = execute(program.data(), as_tensor(batch), stop);
        stopped = !output.defined();
        if (!stopped)
            result = as_matrix(output);
    });
    if (!done)
        return forward(done);
    if (stopped)
        return cancelled();
    return result;
}

Result<BoundRun> bind(const Program &program, const ImageBatch &batch, int threads)
{
    auto kept = std::make_shared<const ImageBatch>(batch);
    const BoundRun once = [program, kept, threads] {
        return guarded("Running the network", threads, [&] { (void)execute(program.data(), as_tensor(*kept), {}); });
    };
    if (const auto first = once(); !first)
        return forward(first);
    return once;
}

Result<std::vector<double>> profile(const Program &program, const ImageBatch &batch, int rounds, int threads,
                                    std::stop_token stop)
{
    using Clock = std::chrono::steady_clock;
    std::vector<std::vector<double>> times(program.data().steps.size());
    const auto done = guarded("Profiling the network", threads, [&] {
        for (int round = 0; round < rounds && !stop.stop_requested(); ++round) {
            auto before = Clock::now();
            (void)execute(
                program.data(), as_tensor(batch), stop,
                [&](std::size_t step, const auto &) {
                    const auto now = Clock::now();
                    times[step].push_back(std::chrono::duration<double, std::milli>(now - before).count());
                    before = Clock::now();
                },
                Observed::changing);
        }
    });
    if (!done)
        return forward(done);
    if (stop.stop_requested())
        return cancelled();
    std::vector<double> medians;
    for (auto &step : times) {
        const auto middle = step.begin() + static_cast<std::ptrdiff_t>(step.size() / 2);
        std::nth_element(step.begin(), middle, step.end());
        medians.push_back(step.empty() ? 0 : *middle);
    }
    return medians;
}

namespace {

/// Bytes by storage of the tensors that the slots hold; views share theirs.
std::map<const void *, std::size_t> storages_in(const std::vector<c10::IValue> &slots)
{
    std::map<const void *, std::size_t> storages;
    for (const c10::IValue &value : slots)
        if (value.isTensor() && value.toTensor().defined() && value.toTensor().has_storage())
            storages[value.toTensor().storage().unsafeGetStorageImpl()] = value.toTensor().storage().nbytes();
    return storages;
}

/// Bytes that a kernel takes besides its result: max pooling in float finds the places of its maxima too, as 64-bit numbers.
std::size_t bytes_beside_result(const Step &step, const std::vector<c10::IValue> &slots)
{
    if (step.op != "aten::max_pool2d" || step.out[0] < 0)
        return 0;
    const at::Tensor result = slots[static_cast<std::size_t>(step.out[0])].toTensor();
    return result.is_floating_point() ? static_cast<std::size_t>(result.numel()) * sizeof(std::int64_t) : 0;
}

} // namespace

Result<Bytes> peak_values(const Program &program, const ImageBatch &batch)
{
    std::size_t peak = 0;
    const auto done = guarded("Running the network", 1, [&] {
        const at::Tensor images = as_tensor(batch);
        const std::pair<const void *const, std::size_t> callers{images.storage().unsafeGetStorageImpl(),
                                                                images.storage().nbytes()};
        std::map<const void *, std::size_t> before{callers};
        (void)execute(program.data(), images, {}, [&](std::size_t step, const std::vector<c10::IValue> &slots) {
            auto now = storages_in(slots);
            now.insert(callers);
            auto during = before; // a step's inputs live until it has its result
            during.insert(now.begin(), now.end());
            std::size_t held = bytes_beside_result(program.data().steps[step], slots);
            for (const auto &[storage, size] : during)
                held += size;
            peak = std::max(peak, held);
            before = std::move(now);
        });
    });
    if (!done)
        return forward(done);
    return bytes(static_cast<std::int64_t>(peak));
}

} // namespace ca
