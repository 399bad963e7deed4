// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/probe.h"

#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/evaluate/ridge.h"
#include "core/program/layer_steps_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <mutex>

namespace ca {
namespace {

constexpr std::size_t kBatch = 32; // images; small, so that a stop is heard soon

/// What a slot holds when one image runs.
struct SlotValue {
    bool has_content = false;          // of the image, not only of its size
    std::vector<std::int64_t> shape{}; // of a tensor
};

std::vector<SlotValue> slot_values(const Program::Data &program)
{
    std::vector<SlotValue> values(static_cast<std::size_t>(program.slots));
    const auto &input = program.input;
    values[0] = {true, {1, input[0], input[1], input[2]}};
    const Observer look = [&](std::size_t index, const std::vector<c10::IValue> &slots) {
        for (const int slot : program.steps[index].out) {
            if (slot < 0)
                continue;
            const c10::IValue &value = slots[static_cast<std::size_t>(slot)];
            SlotValue &known = values[static_cast<std::size_t>(slot)];
            if (value.isTensor())
                known = {value.toTensor().is_floating_point() || value.toTensor().dim() > 0, value.toTensor().sizes().vec()};
            else
                known.has_content = !value.isInt() && !value.isIntList() && !value.isBool();
        }
    };
    (void)execute(program, at::zeros(values[0].shape), {}, look, Observed::changing);
    return values;
}

/// True where the output depends on the image through the result of this step alone.
bool is_passed_by_all(const Program::Data &program, const std::vector<SlotValue> &values, std::size_t step)
{
    std::vector<bool> reached(values.size(), false);
    reached[0] = true;
    for (std::size_t i = program.fixed_steps; i < program.steps.size(); ++i) {
        const auto &in = program.steps[i].in;
        const bool reads = std::any_of(in.begin(), in.end(), [&](Operand operand) {
            return !is_constant(operand) && reached[static_cast<std::size_t>(operand)];
        });
        for (const int slot : program.steps[i].out)
            if (slot >= 0 && reads && i != step && values[static_cast<std::size_t>(slot)].has_content)
                reached[static_cast<std::size_t>(slot)] = true;
    }
    return !reached[static_cast<std::size_t>(program.output)];
}

bool is_linear(const Program::Data &program, const Step &step)
{
    const auto form = step.layer < 0 ? std::nullopt : layer_step(program, step);
    return form && form->kind == LayerKind::linear;
}

/// The step of `probe_layer`. Throws what kernels throw.
std::optional<std::size_t> probe_step(const Program::Data &program)
{
    const auto values = slot_values(program);
    for (std::size_t i = program.steps.size(); i-- > program.fixed_steps;) {
        const Step &step = program.steps[i];
        if (!is_linear(program, step) || !is_passed_by_all(program, values, i))
            continue;
        const auto &shape = values[static_cast<std::size_t>(step.in[0])].shape;
        const bool has_row = shape.size() == 2 && shape[0] == 1;
        return has_row && program.layers[static_cast<std::size_t>(step.layer)].uses == 1 ? std::optional(i) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::size_t> find_probe_step(const Program &program)
{
    std::optional<std::size_t> step;
    if (!program.empty() && !program.data().steps.empty() && program.is_recorded())
        (void)guarded("Looking for the last layer", 1, [&] { step = probe_step(program.data()); });
    return step;
}

/// Features of images, and their classes.
struct Examples {
    Matrix features;
    std::vector<int> labels;
};

/// Of the images of a split that have a label and can be read, in the split's order.
Result<Examples> collect(const Program &program, const InputSpec &input, const Split &split, const Preprocess &how, int threads,
                         const std::stop_token &stop, const Progress &progress)
{
    std::vector<Examples> batches((split.size() + kBatch - 1) / kBatch);
    std::mutex mutex;
    std::size_t finished = 0;
    const auto one_batch = [&](std::size_t index) -> Status {
        const std::size_t first = index * kBatch, count = std::min(kBatch, split.size() - first);
        const auto read = read_batch(split, first, count, how, input);
        if (!read)
            return forward(read);
        if (read->images.count > 0) {
            auto features = run(program, read->images, stop, 1);
            if (!features)
                return forward(features);
            for (const std::size_t place : read->places)
                batches[index].labels.push_back(split.label(place));
            batches[index].features = std::move(*features);
        }
        const std::lock_guard lock(mutex);
        progress.report("Computing features", finished += count, split.size());
        return {};
    };
    if (const auto done = parallel_for(batches.size(), threads, stop, one_batch); !done)
        return forward(done);
    Examples all;
    for (const Examples &batch : batches)
        for (std::size_t i = 0; i < batch.labels.size(); ++i) {
            if (batch.labels[i] < 0)
                continue;
            const auto row = batch.features.row(static_cast<std::int64_t>(i));
            all.features.values.insert(all.features.values.end(), row.begin(), row.end());
            all.features.columns = batch.features.columns;
            ++all.features.rows;
            all.labels.push_back(batch.labels[i]);
        }
    return all;
}

Status check_counts(const std::vector<int> &labels, const std::vector<std::string> &classes)
{
    if (classes.size() < 2)
        return fail(ErrorCode::bad_data,
                    "A probe needs images of two classes at least. Choose other data, or the head agreement.");
    std::vector<std::size_t> images(classes.size(), 0);
    for (const int label : labels)
        if (label >= 0)
            ++images[static_cast<std::size_t>(label)];
    const auto least = std::min_element(images.begin(), images.end());
    if (*least >= kProbeImages)
        return {};
    return fail(ErrorCode::bad_data,
                "A probe needs " + std::to_string(kProbeImages) + " labelled calibration images of each class, and of "
                    + classes[static_cast<std::size_t>(least - images.begin())] + " there are " + std::to_string(*least)
                    + ". Add images to the calibration set, or choose the head agreement.");
}

/// Lets go of constants that neither a step nor a layer has any more, and counts the uses of layers anew.
void tidy(Program::Data &data)
{
    std::vector<bool> needed(data.constants.size(), false);
    for (const Operand weight : data.layer_weights)
        needed[constant_index(weight)] = true;
    for (Layer &layer : data.layers)
        layer.uses = 0;
    for (const Step &step : data.steps) {
        for (const Operand operand : step.in)
            if (is_constant(operand))
                needed[constant_index(operand)] = true;
        if (step.layer >= 0)
            ++data.layers[static_cast<std::size_t>(step.layer)].uses;
    }
    for (std::size_t i = 0; i < needed.size(); ++i)
        if (!needed[i])
            data.constants[i] = {};
}

Program with_weights(const Program::Data &from, std::size_t at, const Ridge &ridge)
{
    Program::Data data = from;
    data.steps.resize(at + 1);
    Step &step = data.steps.back();
    const auto layer = static_cast<std::size_t>(step.layer);
    const std::string prefix = "self." + data.layers[layer].name;
    step.in[1] = data.add(at::tensor(ridge.weights.values).view({ridge.weights.rows, ridge.weights.columns}), prefix + ".weight");
    step.in[2] = data.add(at::tensor(ridge.bias), prefix + ".bias");
    data.layer_weights[layer] = step.in[1];
    data.layers[layer].shape = {ridge.weights.rows, ridge.weights.columns};
    data.layers[layer].has_bias = true;
    data.layers[layer].bias_size = 0;
    data.output = step.out[0];
    Program::Data kept = finish(std::move(data)).data(); // without the steps that only others needed
    tidy(kept);
    return finish(std::move(kept));
}

} // namespace

std::optional<LayerIndex> probe_layer(const Program &program)
{
    const auto step = find_probe_step(program);
    return step ? std::optional(layer_index(static_cast<std::size_t>(program.data().steps[*step].layer))) : std::nullopt;
}

Status check_probe(const Model &model, const Split &calibration)
{
    std::vector<int> labels;
    for (std::size_t i = 0; i < calibration.size(); ++i)
        labels.push_back(calibration.label(i));
    if (const auto enough = check_counts(labels, calibration.images ? calibration.images->classes : std::vector<std::string>());
        !enough)
        return enough;
    if (find_probe_step(model.program))
        return {};
    return fail(ErrorCode::unsupported,
                "The model " + model.name
                    + " has no last linear layer of its own that takes a row of features for each image, so it cannot be probed. "
                      "Choose the head agreement.");
}

Result<Probe> fit_probe(const Model &model, const Split &calibration, const Preprocess &preprocess, int threads,
                        std::stop_token stop, const Progress &progress)
{
    if (const auto possible = check_probe(model, calibration); !possible)
        return forward(possible);
    const std::vector<std::string> &classes = calibration.images->classes;
    const Program::Data &program = model.program.data();
    const std::size_t at = *find_probe_step(model.program);
    const auto layer = static_cast<std::size_t>(program.steps[at].layer);
    Program::Data until = program;
    until.output = program.steps[at].in[0];
    const auto examples = collect(finish(std::move(until)), model.input, calibration, preprocess, threads, stop, progress);
    if (!examples)
        return forward(examples);
    if (const auto enough = check_counts(examples->labels, classes); !enough)
        return forward(enough);
    const auto ridge = fit_ridge(examples->features, examples->labels, static_cast<int>(classes.size()), threads);
    if (!ridge)
        return forward(ridge);

    Probe probe{model, ridge->penalty, ridge->left_out, {}};
    const auto replaced = guarded("Making the probe", 1, [&] { probe.model.program = with_weights(program, at, *ridge); });
    if (!replaced)
        return forward(replaced);
    probe.model.parameters += probe.model.program.layers()[layer].parameters() - program.layers[layer].parameters();
    probe.model.input.outputs = static_cast<std::int64_t>(classes.size());
    probe.model.output_names = classes;
    probe.model.zero_shot.reset();
    probe.sentence = "The probe was fitted to the " + std::to_string(examples->features.columns) + " features that "
        + program.layers[layer].name + " reads, on " + std::to_string(examples->features.rows) + " calibration images; "
        + to_text(100 * ridge->left_out, 1) + " % of them are right when each is left out.";
    return probe;
}

} // namespace ca
