// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation_subject.h"

#include "core/data/splits.h"

namespace ca {
namespace {

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
        subject.size = predicted_bytes(inputs.model, Recipe{inputs.model.sha256, {}});
        subject.towers = tower_bytes(inputs.model, Recipe{inputs.model.sha256, {}});
    }
    return subject;
}

Subject quantized_subject(const QuantizedModel &model, Bytes size)
{
    auto towers = tower_bytes(model.model, model.recipe);
    if (towers) // of a file, all that is not the text tower's
        towers->image = bytes(size.value - towers->text.value);
    return {model.program,
            model.model.name + ", " + describe(model.recipe, model.model),
            size,
            towers,
            model.compute,
            model.real,
            {}};
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
        return quantized_subject(*inputs.exported, inputs.file_size);
    if (!*recipe)
        return float_subject(inputs);
    auto model = carry_out(arguments, inputs, **recipe, preprocess, stop, progress);
    if (!model)
        return forward(model);
    Subject subject = quantized_subject(*model, predicted_bytes(inputs.model, model->recipe));
    subject.quantized = std::move(*model);
    return subject;
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
