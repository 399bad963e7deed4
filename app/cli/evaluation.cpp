// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation.h"

#include "app/cli/evaluation_subject.h"
#include "app/cli/method_options.h"
#include "core/evaluate/latency.h"
#include "core/evaluate/memory.h"
#include "core/evaluate/race_against_float.h"

#include <chrono>
#include <set>

namespace ca {
namespace {

/// Of the program, and where there is one of the float model, on the same images.
struct Answers {
    Split images;
    Predictions predictions;
    std::optional<Predictions> of_float;
};

/// `--max-drop` asks about the result; of `mixed` it is what the recipe was made for.
bool is_race(const Arguments &arguments)
{
    return arguments.max_drop && arguments.method != kMixed;
}

/// Errors: `usage` where a question about a quantized model comes without one.
Status check_comparison(const Arguments &arguments)
{
    if (arguments.show_examples && device_of(arguments) != Device::cpu)
        return fail(ErrorCode::usage, "--show-examples computes on the processor: give --device cpu as well.");
    const bool quantizes = !arguments.method.empty() || !arguments.recipe_file.empty();
    if (quantizes || (!arguments.max_drop && !arguments.show_examples))
        return {};
    return fail(ErrorCode::usage,
                std::string(arguments.max_drop ? "--max-drop" : "--show-examples")
                    + " compares a quantized model with the float one: give --method or --recipe as well.");
}

/// Answers of as many images as it takes to tell whether accuracy falls by more than `--max-drop`.
Result<Answers> race(const Arguments &arguments, const RaceEntry &entry, const Setting &setting, Evaluation &evaluation,
                     std::stop_token stop, const Progress &progress)
{
    auto raced = race_against_float(entry, setting.split, setting.preprocess, setting.scoring,
                                    {*arguments.max_drop, arguments.seed, arguments.threads}, std::move(stop), progress);
    if (!raced)
        return forward(raced);
    const std::size_t images = raced->images.size(), of = setting.split.size();
    evaluation.race = DropQuestion{*arguments.max_drop, images, of, drop_verdict(raced->verdict)};
    if (images < of)
        evaluation.notes.push_back(
            "The race was settled after " + std::to_string(images) + " of " + std::to_string(of)
            + " images. Accuracy and the comparison with float are of these alone, and neither the interval nor the p-value "
              "allows for why they ended.");
    return Answers{std::move(raced->images), std::move(raced->quantized), std::move(raced->float_answers)};
}

/// `inputs` hold the network whose answers count.
Result<Answers> ask(const Arguments &arguments, const Inputs &inputs, const Subject &subject, const Setting &setting,
                    Evaluation &evaluation, std::stop_token stop, const Progress &progress)
{
    const auto answers = [&](const Program &program, const Progress &to) {
        return predict(program, inputs.model.input, setting.split, setting.preprocess, arguments.threads, stop, to);
    };
    if (!subject.quantized) {
        auto predictions = answers(subject.program, progress);
        if (!predictions)
            return forward(predictions);
        return Answers{setting.split, std::move(*predictions), {}};
    }
    const auto float_model = float_program(inputs.model, device_of(arguments));
    if (!float_model)
        return forward(float_model);
    if (is_race(arguments))
        return race(arguments, {*float_model, subject.program, inputs.model.input}, setting, evaluation, stop, progress);
    auto predictions = answers(subject.program, progress);
    if (!predictions)
        return forward(predictions);
    auto reference = answers(*float_model, progress.with_prefix("Float model: "));
    if (!reference)
        return forward(reference);
    return Answers{setting.split, std::move(*predictions), std::move(*reference)};
}

/// What a person should know of an accuracy before trusting it.
std::vector<std::string> notes_on(const Accuracy &accuracy, const Answers &answers, const Scoring &scoring)
{
    std::vector<std::string> notes;
    const auto &[split, predictions, of_float] = answers;
    if (accuracy.unread > 0)
        notes.push_back(std::to_string(accuracy.unread) + " of the " + std::to_string(predictions.size()) + " images of "
                        + split.name + " cannot be read and do not count.");
    if (accuracy.n == 1)
        notes.push_back("This is the answer to a single image, and says next to nothing of the model.");
    if (accuracy.n <= 1 || scoring.head == Head::agreement)
        return notes;
    std::set<int> labels;
    for (std::size_t i = 0; i < predictions.size(); ++i)
        if (predictions.top[i] != kUnread)
            labels.insert(split.label(i));
    if (labels.size() == 1 && *labels.begin() >= 0)
        notes.push_back(
            "All images are of one class, " + split.images->classes[static_cast<std::size_t>(*labels.begin())]
            + ": a model that always answers so would be right each time, so this accuracy says nothing of the others.");
    return notes;
}

/// Accuracy, and where there is a float model the comparison with it on the same images.
Status measure_accuracy(const Arguments &arguments, const Inputs &inputs, const Subject &subject, const Setting &setting,
                        Evaluation &evaluation, std::stop_token stop, const Progress &progress)
{
    const auto answers = ask(arguments, inputs, subject, setting, evaluation, stop, progress);
    if (!answers)
        return forward(answers);
    Measurement &measurement = evaluation.measurement;
    const Predictions &reference = answers->of_float ? *answers->of_float : answers->predictions;
    measurement.accuracy = accuracy_of(answers->predictions, answers->images, setting.scoring, &reference);
    for (std::string &note : notes_on(measurement.accuracy, *answers, setting.scoring))
        evaluation.notes.push_back(std::move(note));
    if (!answers->of_float)
        return {};
    const Accuracy of_float = accuracy_of(reference, answers->images, setting.scoring, &reference);
    measurement.versus_float = compare_paired(of_float.right, measurement.accuracy.right, of_float.unread);
    if (!arguments.show_examples)
        return {};
    auto examples = find_examples(*subject.quantized, reference, answers->predictions, answers->images, setting.scoring,
                                  setting.preprocess, arguments.threads, std::move(stop), progress);
    if (examples)
        evaluation.examples = std::move(*examples);
    else if (examples.error().code == ErrorCode::cancelled)
        return forward(examples);
    else // what was measured is not lost for it
        evaluation.notes.push_back("No examples can be shown. " + examples.error().text());
    return {};
}

/// With a probe, whose network answers in place of the model's, the recipe is carried out on that.
Status measure_answers(const Arguments &arguments, const Inputs &inputs, const Subject &subject, const Setting &setting,
                       Evaluation &evaluation, std::stop_token stop, const Progress &progress)
{
    const auto began = std::chrono::steady_clock::now();
    Status measured;
    if (setting.probe) {
        Inputs probed = inputs;
        probed.model = setting.probe->model;
        const auto answering = same_subject(arguments, probed, subject, setting.preprocess, stop, progress);
        measured = answering ? measure_accuracy(arguments, probed, *answering, setting, evaluation, stop, progress)
                             : Status(forward(answering));
    } else {
        measured = measure_accuracy(arguments, inputs, subject, setting, evaluation, stop, progress);
    }
    evaluation.measurement.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return measured;
}

/// Of one image. A network that runs through the interpreter does not show its memory, and other devices keep it to themselves.
Status measure_peak(const Arguments &arguments, const Inputs &inputs, const Subject &subject, Measurement &measurement,
                    std::stop_token stop)
{
    if (device_of(arguments) != Device::cpu)
        return {};
    const auto memory = measure_memory(subject.program, inputs.model.input, std::move(stop));
    if (!memory)
        return memory.error().code == ErrorCode::unsupported ? Status() : Status(forward(memory));
    measurement.peak_memory = memory->measured();
    measurement.predicted_peak_memory = memory->predicted();
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
        options.device = device_of(arguments);
        auto times = measure_latency(float_baselines(inputs.model, options.device), inputs.model.input, subject.program,
                                     subject.compute, subject.real, options, stop, progress);
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
    if (const auto possible = check_possible(arguments, Computes::on_any_device); !possible)
        return forward(possible);
    if (const auto compared = check_comparison(arguments); !compared)
        return forward(compared);
    const auto inputs = open_inputs(arguments, fetch, stop, progress);
    if (!inputs)
        return forward(inputs);
    Evaluation evaluation;
    evaluation.notes = inputs->notes();
    const auto setting = open_setting(arguments, *inputs, evaluation, stop, progress);
    if (!setting)
        return forward(setting);
    const auto subject = open_subject(arguments, *inputs, setting->preprocess, stop, progress);
    if (!subject)
        return forward(subject);
    if (subject->quantized)
        for (const std::string &note : subject->quantized->notes)
            evaluation.notes.push_back(note);
    evaluation.model = subject->name;
    evaluation.measurement.size = subject->size;
    evaluation.measurement.towers = subject->towers;
    if (const auto done = measure_answers(arguments, *inputs, *subject, *setting, evaluation, stop, progress); !done)
        return forward(done);
    if (const auto done = measure_peak(arguments, *inputs, *subject, evaluation.measurement, stop); !done)
        return forward(done);
    if (const auto done = measure_times(arguments, *inputs, *subject, evaluation, stop, progress); !done)
        return forward(done);
    return evaluation;
}

} // namespace ca
