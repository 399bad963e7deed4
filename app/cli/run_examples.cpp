// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_examples.h"

#include "app/cli/evaluation_subject.h"
#include "app/cli/open_recipe.h"
#include "core/report/report.h"

namespace ca {

const Trial *trial_to_show(const Study &study)
{
    const Trial *trial = report::recommended_trial(study);
    return trial && !trial->recipe.layers.empty() ? trial : nullptr;
}

Result<ExampleSet> examples_of(const Trial &trial, const Arguments &arguments, const Inputs &inputs, std::stop_token stop,
                               const Progress &progress)
{
    Evaluation said; // the study has said it
    const auto setting = open_setting(arguments, inputs, said, stop, progress);
    if (!setting)
        return forward(setting);
    Inputs answering = inputs;
    if (setting->probe)
        answering.model = setting->probe->model;
    const auto quantized = carry_out(arguments, answering, {trial.recipe, {}}, setting->preprocess, stop, progress);
    if (!quantized)
        return forward(quantized);
    const auto float_model = fuse(answering.model.program);
    if (!float_model)
        return forward(float_model);
    const auto answers = [&](const Program &program) {
        return predict(program, answering.model.input, setting->split, setting->preprocess, arguments.threads, stop, progress);
    };
    const auto of_float = answers(*float_model), of_trial = answers(quantized->program);
    if (!of_float || !of_trial)
        return forward(of_float ? of_trial : of_float);
    auto found = find_examples(*quantized, *of_float, *of_trial, setting->split, setting->scoring, setting->preprocess,
                               arguments.threads, stop, progress);
    if (found)
        found->trial = trial.id;
    return found;
}

} // namespace ca
