// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/run_trial.h"

#include "core/quantize/methods.h"
#include "core/study/load_study.h"
#include "core/study/study_bench.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca {
namespace {

/// The float model's answers: the study's, or measured here.
Result<FloatAnswers> reference_for(const StudyStore &store, const Study &study, const StudyBench &bench, std::stop_token stop,
                                   const Progress &progress)
{
    auto kept = float_answers(store, study, TrialSplit::selection);
    if (!kept)
        return forward(kept);
    if (*kept)
        return std::move(**kept);
    auto measured = measure_recipe(bench.bench, {{bench.facts.model_sha256, {}, {}}, {}, {}}, bench.selection, nullptr,
                                   {.costs = false}, stop, progress);
    if (!measured)
        return forward(measured);
    return std::move(measured->answers);
}

/// As the study would measure it: a recipe that it has queued may lose its race; one that it does not know is measured whole.
MeasureOptions measure_options(const Study &study, const Recipe &recipe, const std::filesystem::path &scratch)
{
    MeasureOptions options;
    options.kept = scratch;
    const auto queued = std::find_if(study.trials.begin(), study.trials.end(),
                                     [of = hash(recipe)](const Trial &trial) { return trial.recipe_hash == of; });
    if (queued != study.trials.end())
        options.least_accuracy = [&study, &trial = *queued](const Measurement &costs) {
            return accuracy_to_beat(study, trial, costs);
        };
    return options;
}

} // namespace

Result<StudyOptions> options_of(const StudyFacts &facts)
{
    const Json asked = facts.options.is_object() ? facts.options.value("asked", Json()) : Json();
    const auto is = [&](const char *key, Json::value_t type) { return asked.contains(key) && asked[key].type() == type; };
    const bool has_samples = asked.contains("samples") && asked["samples"].is_number_integer() && asked["samples"] >= 0;
    if (!has_samples || !is("head", Json::value_t::string) || !is("preprocess", Json::value_t::string)
        || !is("latency", Json::value_t::boolean))
        return fail(ErrorCode::bad_format, "The study does not say how it was begun, so no trial can be added to it.");
    StudyOptions options;
    options.name = facts.name;
    options.seed = facts.seed;
    options.samples = asked["samples"].get<std::size_t>();
    options.head = asked["head"].get<std::string>();
    options.preprocess = asked["preprocess"].get<std::string>();
    options.latency = asked["latency"].get<bool>();
    return options;
}

Result<MeasuredTrial> run_trial(const StudyStore &study, const Model &model, const DataSet &data, const MethodRecipe &recipe,
                                int threads, const std::filesystem::path &scratch, std::stop_token stop, const Progress &progress)
{
    const auto facts = study.facts();
    if (!facts)
        return forward(facts);
    auto options = options_of(*facts);
    if (!options)
        return forward(options);
    options->threads = threads;
    options->folder = scratch.parent_path();
    auto bench = prepare_study(model, data, *options, stop, progress);
    if (!bench)
        return forward(bench);
    if (const auto same = check_same_study(*facts, bench->facts); !same)
        return forward(same);
    const auto known = load_study(study);
    if (!known)
        return forward(known);
    const bool is_float = recipe.recipe.layers.empty();
    std::optional<FloatAnswers> reference;
    if (!is_float) {
        auto found = reference_for(study, *known, *bench, stop, progress);
        if (!found)
            return forward(found);
        reference = std::move(*found);
    }
    auto outcome = measure_recipe(bench->bench, recipe, bench->selection, reference ? &*reference : nullptr,
                                  measure_options(*known, recipe.recipe, scratch), stop, progress);
    std::error_code ignored;
    std::filesystem::remove(scratch, ignored);
    if (!outcome)
        return forward(outcome);
    MeasuredTrial result;
    result.method = is_float ? "fp32" : "mixed";
    result.name = describe(recipe.recipe, model);
    result.recipe = recipe.recipe;
    result.record = {bench->key(recipe.recipe, bench->selection), std::move(outcome->measurement),
                     std::move(outcome->answers.predictions.top)};
    return result;
}

} // namespace ca
