// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation.h"

#include "app/cli/open_inputs.h"
#include "core/evaluate/evaluate.h"
#include "core/quantize/export.h"

#include <chrono>

namespace ca {
namespace {

/// What is measured: the float model, one that was quantized just now, or one out of an exported file.
struct Subject {
    Program program;
    std::string name;
    Bytes size;
    std::optional<TowerBytes> towers; ///< of CLIP
    std::string compute = "fp32";
    bool real = true;
    bool has_float = false; ///< there is a float model to compare it with, which is not itself
};

/// The images, and how they are shown to the network.
struct Setting {
    Split split;
    Preprocess preprocess;
    Head head = Head::logits;
};

/// With fused kernels, as a study runs it: the same images come out right here and there.
Result<Subject> float_subject(const Inputs &inputs)
{
    auto program = fuse(inputs.model.program);
    if (!program)
        return forward(program);
    Subject subject;
    subject.program = std::move(*program);
    subject.name = inputs.model.name;
    if (inputs.model.program.is_recorded()) { // else it cannot be exported, and has no size
        subject.size = predicted_bytes(inputs.model, Recipe{inputs.model.sha256, {}}, {});
        subject.towers = tower_bytes(inputs.model, Recipe{inputs.model.sha256, {}}, {});
    }
    return subject;
}

Subject quantized_subject(const QuantizedModel &model, Bytes size, bool has_float)
{
    auto towers = tower_bytes(model.model, model.recipe, model.ranges);
    if (towers) // of a file, all that is not the text tower's
        towers->image = bytes(size.value - towers->text.value);
    return {model.program, model.model.name + ", " + describe(model.recipe, model.model), size, towers, model.compute, model.real,
            has_float};
}

Result<Subject> open_subject(const Arguments &arguments, const Inputs &inputs, const Preprocess &preprocess, std::stop_token stop,
                             const Progress &progress)
{
    const auto recipe = open_recipe(arguments, inputs.model);
    if (!recipe)
        return forward(recipe);
    if (inputs.exported && *recipe)
        return fail(ErrorCode::usage,
                    "The file " + inputs.file.string()
                        + " is quantized already; --method and --recipe go with the float model that it came from.");
    if (inputs.exported)
        return quantized_subject(*inputs.exported, inputs.file_size, false);
    if (!*recipe)
        return float_subject(inputs);
    const auto model = carry_out(arguments, inputs, **recipe, preprocess, stop, progress);
    if (!model)
        return forward(model);
    return quantized_subject(*model, predicted_bytes(inputs.model, model->recipe, model->ranges), true);
}

Result<Setting> open_setting(const Arguments &arguments, const Inputs &inputs, Evaluation &evaluation, std::stop_token stop)
{
    const auto head = choose_head(arguments.head, inputs.model, *inputs.data);
    if (!head)
        return forward(head);
    if (inputs.exported && head->head == Head::agreement)
        return fail(ErrorCode::bad_data,
                    "An exported file holds no float model to agree with. Evaluate the float model with --method, "
                    "or give data whose classes are the model's outputs.");
    const auto preprocess = choose_preprocess(arguments.preprocess, inputs.model, *inputs.data, arguments.threads, stop);
    if (!preprocess)
        return forward(preprocess);
    const auto split = inputs.data->split(arguments.split);
    if (!split)
        return forward(split);
    evaluation.head = head->sentence;
    evaluation.preprocess = preprocess->sentence;
    Setting setting{split->first(arguments.samples), preprocess->preprocess, head->head};
    evaluation.split = {setting.split.name, setting.split.hash()};
    return setting;
}

/// Accuracy, and where there is a float model the comparison with it on the same images.
Status measure_accuracy(const Arguments &arguments, const Inputs &inputs, const Subject &subject, const Setting &setting,
                        Measurement &measurement, std::stop_token stop, const Progress &progress)
{
    const auto answers =
        predict(subject.program, inputs.model.input, setting.split, setting.preprocess, arguments.threads, stop, progress);
    if (!answers)
        return forward(answers);
    if (!subject.has_float) {
        measurement.accuracy = accuracy_of(*answers, setting.split, setting.head, &*answers);
        return {};
    }
    const auto float_model = float_subject(inputs);
    if (!float_model)
        return forward(float_model);
    const auto reference = predict(float_model->program, inputs.model.input, setting.split, setting.preprocess, arguments.threads,
                                   stop, progress.with_prefix("Float model: "));
    if (!reference)
        return forward(reference);
    measurement.accuracy = accuracy_of(*answers, setting.split, setting.head, &*reference);
    const Accuracy of_float = accuracy_of(*reference, setting.split, setting.head, &*reference);
    measurement.versus_float = compare_paired(of_float.right, measurement.accuracy.right);
    return {};
}

Status measure_times(const Arguments &arguments, const Inputs &inputs, const Subject &subject, Evaluation &evaluation,
                     std::stop_token stop, const Progress &progress)
{
    const int threads = arguments.threads == 0 ? 1 : arguments.threads;
    if (arguments.latency) {
        LatencyOptions options;
        options.batch = arguments.batch;
        options.threads = threads;
        auto times = measure_latency(inputs.model, subject.program, subject.compute, subject.real, options, stop, progress);
        if (!times)
            return forward(times);
        evaluation.measurement.latency = std::move(times->program);
        evaluation.measurement.float_latency = std::move(times->floats);
    }
    if (!arguments.profile)
        return {};
    ImageBatch image{1, inputs.model.input.channels, inputs.model.input.height, inputs.model.input.width, {}};
    image.values.assign(static_cast<std::size_t>(image.channels * image.height * image.width), 0.5F);
    constexpr int kRounds = 15;
    const auto steps = subject.program.steps();
    const auto milliseconds = profile(subject.program, image, kRounds, threads, stop);
    if (!milliseconds)
        return forward(milliseconds);
    for (std::size_t i = 0; i < steps.size() && i < milliseconds->size(); ++i)
        if (!steps[i].runs_once) // no part of an image's time
            evaluation.steps.push_back({steps[i], (*milliseconds)[i]});
    return {};
}

} // namespace

Result<Evaluation> evaluate(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    if (const auto possible = check_possible(arguments); !possible)
        return forward(possible);
    const auto inputs = open_inputs(arguments, fetch, stop, progress);
    if (!inputs)
        return forward(inputs);
    Evaluation evaluation;
    evaluation.notes = inputs->model.notes;
    const auto setting = open_setting(arguments, *inputs, evaluation, stop);
    if (!setting)
        return forward(setting);
    const auto subject = open_subject(arguments, *inputs, setting->preprocess, stop, progress);
    if (!subject)
        return forward(subject);
    evaluation.model = subject->name;
    Measurement &measurement = evaluation.measurement;
    measurement.size = subject->size;
    measurement.towers = subject->towers;
    const auto began = std::chrono::steady_clock::now();
    if (const auto done = measure_accuracy(arguments, *inputs, *subject, *setting, measurement, stop, progress); !done)
        return forward(done);
    measurement.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (const auto done = measure_times(arguments, *inputs, *subject, evaluation, stop, progress); !done)
        return forward(done);
    return evaluation;
}

} // namespace ca
