// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_bench.h"

#include "core/base/sha256.h"

#include <array>
#include <utility>

namespace ca {
namespace {

/// What turns images into answers, besides the images.
std::string data_key(const DataSet &data, const Workbench &bench)
{
    Json json{{"data", data.name}, {"preprocess", to_text(bench.preprocess)}, {"head", to_text(bench.scoring.head)}};
    json["outputs"] = bench.scoring.outputs;
    json["classes"] = data.classes;
    return canonical(json);
}

Json result_options(const StudyOptions &options)
{
    return {
        {"samples", options.samples}, {"head", options.head}, {"preprocess", options.preprocess}, {"latency", options.latency}};
}

SplitFacts facts_of(const Split &split)
{
    return {split.name, static_cast<std::int64_t>(split.size()), split.images ? split.hash() : std::string()};
}

Workbench bench_of(const Model &model, const StudyOptions &options)
{
    return {.model = model, .threads = options.threads, .folder = options.folder};
}

} // namespace

MeasurementKey StudyBench::key(const Recipe &recipe, const Split &split) const
{
    return {facts.model_sha256, hash(recipe), facts.data, split.hash(), facts.seed, facts.program};
}

Result<StudyBench> prepare_study(const Model &model, const DataSet &data, const StudyOptions &options, std::stop_token stop,
                                 const Progress &progress)
{
    StudyBench made{bench_of(model, options), data.selection.first(options.samples), data.holdout.first(options.samples), {}};
    if (made.selection.size() == 0)
        return fail(ErrorCode::bad_data,
                    "The data set " + data.name + " has no image in its split selection. Choose one with more images.");
    const auto preprocess = choose_preprocess(options.preprocess, model, data, options.threads, stop);
    if (!preprocess)
        return forward(preprocess);
    const auto head = choose_head(options.head, model, data);
    if (!head)
        return forward(head);
    made.bench.preprocess = preprocess->preprocess;
    made.bench.scoring = head->scoring;
    made.bench.calibration = Calibration(data.calibration, preprocess->preprocess);
    if (options.latency)
        made.bench.baselines = float_baselines(model);
    if (head->scoring.head == Head::probe) {
        auto probe = fit_probe(model, data.calibration, preprocess->preprocess, options.threads, stop, progress);
        if (!probe)
            return forward(probe);
        made.bench.probe = std::move(*probe);
    }
    StudyFacts &facts = made.facts;
    facts.name = options.name;
    facts.model_name = model.name;
    facts.model_sha256 = model.sha256;
    facts.data_name = data.name;
    facts.data = data_key(data, made.bench);
    for (const Split *split : {&data.calibration, &std::as_const(made.selection), &std::as_const(made.holdout)})
        facts.splits.push_back(facts_of(*split));
    facts.seed = options.seed;
    facts.head = head->sentence;
    facts.preprocess = preprocess->sentence;
    facts.options = {{"asked", result_options(options)}, {"source", options.source}};
    facts.program = CA_VERSION;
    return made;
}

Status check_same_study(const StudyFacts &kept, const StudyFacts &now)
{
    const auto other = [](const std::string &what) {
        return fail(ErrorCode::usage,
                    "The study was begun with another " + what
                        + ", so its trials cannot be compared with new ones. Go on with what it "
                          "was begun with, or choose another --study.");
    };
    if (kept.model_sha256 != now.model_sha256)
        return other("model, " + kept.model_name);
    if (kept.data != now.data || kept.splits != now.splits)
        return other("data set, number of images, preprocessing or head (" + kept.data_name + ")");
    if (kept.seed != now.seed)
        return other("--seed, " + std::to_string(kept.seed));
    if (kept.options.value("asked", Json()) != now.options.value("asked", Json()))
        return other("set of options, " + kept.options.value("asked", Json()).dump());
    if (kept.program != now.program)
        return other("version of this program, " + kept.program);
    return {};
}

} // namespace ca
