// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation_subject.h"

#include "app/cli/open_recipe.h"
#include "core/data/splits.h"
#include "core/quantize/simulate.h"

namespace ca {
namespace {

Result<Subject> float_subject(const Inputs &inputs, Device device)
{
    auto program = float_program(inputs.model, device);
    if (!program)
        return forward(program);
    Subject subject;
    subject.program = std::move(*program);
    subject.name = inputs.model.name;
    if (inputs.model.program.is_recorded()) { // else it cannot be exported, and has no size
        subject.size = predicted_bytes(inputs.model, Recipe{inputs.model.sha256, {}});
        subject.towers = tower_bytes(inputs.model, Recipe{inputs.model.sha256, {}});
    }
    return subject;
}

Result<Subject> quantized_subject(const QuantizedModel &model, Bytes size, Device device)
{
    DeviceProgram running{model.program, model.compute, model.real};
    if (device != Device::cpu) {
        auto moved = on_device(model, device);
        if (!moved)
            return forward(moved);
        running = std::move(*moved);
    }
    auto towers = tower_bytes(model.model, model.recipe);
    if (towers) // of a file, all that is not the text tower's
        towers->image = bytes(size.value - towers->text.value);
    return Subject{running.program,
                   model.model.name + ", " + describe(model.recipe, model.model),
                   size,
                   towers,
                   running.compute,
                   running.real,
                   {}};
}

Result<Subject> carried_out(const Arguments &arguments, const Inputs &inputs, const MethodRecipe &recipe,
                            const Preprocess &preprocess, const std::stop_token &stop, const Progress &progress)
{
    auto model = carry_out(arguments, inputs, recipe, preprocess, stop, progress);
    if (!model)
        return forward(model);
    auto subject = quantized_subject(*model, predicted_bytes(model->model, model->recipe), device_of(arguments));
    if (subject)
        subject->quantized = std::move(*model);
    return subject;
}

/// Errors: `bad_data` for an exported file under a head that needs the float model.
Status check_head(const Inputs &inputs, Head head)
{
    if (!inputs.exported || (head != Head::agreement && head != Head::probe))
        return {};
    return fail(ErrorCode::bad_data,
                std::string("An exported file holds no float model to ")
                    + (head == Head::agreement ? "agree with" : "fit a probe to")
                    + ". Evaluate the float model with --method, or give data whose classes are the model's outputs.");
}

} // namespace

Result<Program> float_program(const Model &model, Device device)
{
    return device == Device::cpu ? fuse(model.program) : on_device(model.program, device, FloatType::fp32);
}

Result<Subject> open_subject(const Arguments &arguments, const Inputs &inputs, const Preprocess &preprocess, std::stop_token stop,
                             const Progress &progress)
{
    if (inputs.exported && !(arguments.method.empty() && arguments.recipe_file.empty()))
        return fail(ErrorCode::usage,
                    "The file " + inputs.file.string()
                        + " is quantized already; --method and --recipe go with the float model that it came from.");
    if (inputs.exported)
        return quantized_subject(*inputs.exported, inputs.file_size, device_of(arguments));
    const auto recipe = open_recipe(arguments, inputs, preprocess, stop, progress);
    if (!recipe)
        return forward(recipe);
    return *recipe ? carried_out(arguments, inputs, **recipe, preprocess, stop, progress)
                   : float_subject(inputs, device_of(arguments));
}

Result<Subject> same_subject(const Arguments &arguments, const Inputs &inputs, const Subject &subject,
                             const Preprocess &preprocess, std::stop_token stop, const Progress &progress)
{
    if (!subject.quantized)
        return float_subject(inputs, device_of(arguments));
    return carried_out(arguments, inputs, {subject.quantized->recipe, subject.quantized->left_float}, preprocess, stop, progress);
}

namespace {

/// The first of the split's seeded order; `all` has none by itself.
Split sample_of(const Split &split, const Arguments &arguments)
{
    const bool is_part = arguments.samples > 0 && arguments.samples < split.size();
    return (arguments.split == "all" && is_part ? shuffled(split, arguments.seed) : split).first(arguments.samples);
}

} // namespace

Result<Setting> open_setting(const Arguments &arguments, const Inputs &inputs, Evaluation &evaluation, std::stop_token stop,
                             const Progress &progress)
{
    const auto head = choose_head(arguments.head, inputs.model, *inputs.data);
    if (!head)
        return forward(head);
    if (const auto fits = check_head(inputs, head->scoring.head); !fits)
        return forward(fits);
    const auto preprocess = choose_preprocess(arguments.preprocess, inputs.model, *inputs.data, arguments.threads, stop);
    if (!preprocess)
        return forward(preprocess);
    const auto split = inputs.data->split(arguments.split);
    if (!split)
        return forward(split);
    evaluation.head = head->sentence;
    evaluation.preprocess = preprocess->sentence;
    Setting setting{sample_of(*split, arguments), preprocess->preprocess, head->scoring, {}};
    evaluation.split = {setting.split.name, setting.split.hash()};
    if (head->scoring.head != Head::probe)
        return setting;
    auto probe =
        fit_probe(inputs.model, inputs.data->calibration, setting.preprocess, arguments.threads, std::move(stop), progress);
    if (!probe)
        return forward(probe);
    evaluation.notes.push_back(probe->sentence);
    setting.probe = std::move(*probe);
    return setting;
}

} // namespace ca
