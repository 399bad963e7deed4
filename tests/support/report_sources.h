// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/statistics.h"
#include "core/report/source/report_source.h"
#include "core/study/trial_front.h"
#include "tests/support/png_files.h"

#include <algorithm>
#include <string>
#include <vector>

/// How a made-up study differs from the usual one: 24 trials of a network of 21 layers, by a search in rounds of four.
struct SourceShape {
    std::size_t trials = 24, layers = 21;
    bool holdout = true, labels = true, latency = true, scan = true, examples = true;
    bool all_fail = false;
    std::int64_t images = 5000; ///< of each split
    std::string model = "resnet18_cifar10", data = "cifar10", class_prefix = "class ";
};

namespace made_up {

inline ca::Latency latency(double median, bool real = true)
{
    ca::Latency latency;
    latency.isa = "avx512_vnni";
    latency.provider = "onednn";
    latency.compute = real ? "int8" : "fp32";
    latency.real = real;
    latency.pinned = true;
    if (real)
        latency.batch1 = ca::MedianInterval{median, 0.97 * median, 1.04 * median};
    return latency;
}

/// `lost`: images that float has right and this trial has not.
inline ca::Measurement measurement(const SourceShape &shape, std::int64_t size, std::int64_t lost, double milliseconds)
{
    ca::Measurement measured;
    ca::Accuracy &accuracy = measured.accuracy;
    accuracy.n = shape.images;
    accuracy.correct = shape.images * 919 / 1000 - lost;
    const auto [low, high] = ca::wilson_interval(accuracy.correct, accuracy.n);
    accuracy.interval = {low, high};
    if (shape.labels)
        accuracy.top5 = 0.995;
    measured.size = ca::bytes(size);
    if (shape.latency) {
        measured.latency = latency(milliseconds);
        measured.float_latency = ca::FloatLatency{latency(14.1), latency(11.2), latency(5.1)};
    }
    measured.seconds = 9.25;
    return measured;
}

inline std::string layer_name(std::size_t place)
{
    return "layer" + std::to_string(place / 4 + 1) + "." + std::to_string(place / 2 % 2) + ".conv"
        + std::to_string(place % 2 + 1);
}

inline ca::Recipe recipe(const SourceShape &shape, std::size_t number)
{
    ca::Recipe recipe;
    recipe.model = std::string(64, 'a');
    for (std::size_t i = 0; i < shape.layers; ++i) {
        ca::Scheme scheme;
        scheme.format = (i + number) % 3 == 0 ? ca::Format::int2 : (i + number) % 3 == 1 ? ca::Format::int3 : ca::Format::int4;
        scheme.rounding = ca::Rounding::gptq;
        scheme.group = i % 5 == 4 ? 64 : 0;
        recipe.layers[layer_name(i)] = scheme;
    }
    return recipe;
}

/// The first is float; smaller ones lose more, and every fourth is behind the others.
inline ca::Trial trial(const SourceShape &shape, std::size_t number)
{
    ca::Trial trial;
    trial.id = "T" + std::to_string(number);
    trial.origin = number == 1 ? ca::TrialOrigin::baseline
        : number % 5 == 0      ? ca::TrialOrigin::advisor
                               : ca::TrialOrigin::planner;
    trial.method = number == 1 ? "fp32" : "mixed";
    trial.name = number == 1 ? "float" : "mixed, 3.6 bits";
    trial.reason =
        number == 1 ? "what all others are compared with" : "2.1 bits on average; 0.3 ± 0.2 points are expected to be lost";
    if (number > 1) {
        trial.recipe = recipe(shape, number);
        trial.predicted_drop = 0.1 * static_cast<double>(number);
    }
    trial.recipe_hash = std::to_string(number) + std::string(40, 'f');
    trial.seconds = 30.5;
    const std::int64_t size = number == 1 ? 44'681'897 : 12'000'000 - 17'351 * static_cast<std::int64_t>(number);
    const auto lost = static_cast<std::int64_t>(number == 1 ? 0 : number * shape.images / 20'000 + (number % 4 == 0 ? 40 : 0));
    trial.state = ca::TrialState::done;
    const double milliseconds = number == 1 ? 11.1 : 3.9 - 0.001 * static_cast<double>(number);
    trial.selection = measurement(shape, size, lost, milliseconds);
    if (number > 1)
        trial.selection->versus_float = ca::PairedComparison{4, 4 + lost, 0.04, lost > 12 ? "worse" : "undetermined"};
    if (shape.all_fail) {
        trial.state = ca::TrialState::failed;
        trial.selection.reset();
        trial.error = "The file could not be written: the disk is full. Make room and try again.";
    }
    return trial;
}

inline ca::Json numbers(double first, double factor, const std::vector<const char *> &keys)
{
    ca::Json json = ca::Json::object();
    for (const char *key : keys) {
        json[key] = first;
        first *= factor;
    }
    return json;
}

/// Shares of weights that heap up in the middle; their sum is 1.
inline ca::Json histogram()
{
    ca::Json shares = ca::Json::array();
    for (int i = 0; i < 64; ++i)
        shares.push_back(std::min(i, 63 - i) / 992.0);
    return shares;
}

inline ca::Json scan(const SourceShape &shape)
{
    ca::Json layers = ca::Json::array();
    for (std::size_t i = 0; i < shape.layers; ++i) {
        const double weight = 1 + static_cast<double>(i * 7 % 11);
        const double shape_parameter = 20 + 3 * weight;
        layers.push_back({{"id", ca::layer_index(i).id()},
                          {"name", layer_name(i)},
                          {"block", layer_name(i).substr(0, layer_name(i).rfind('.'))},
                          {"kind", "conv2d"},
                          {"shape", {64, 64, 3, 3}},
                          {"parameters", 36'864},
                          {"beta",
                           {{"alpha", shape_parameter},
                            {"beta", shape_parameter + 2},
                            {"ks", 0.021},
                            {"low", -0.31},
                            {"high", 0.29},
                            {"bad_fit", false},
                            {"trouble", nullptr}}},
                          {"histogram", histogram()},
                          {"noise", numbers(0.0001 * weight, 4.3, {"8", "6", "5", "4", "3", "2"})},
                          {"divergence", numbers(0.00002 * weight, 9.7, {"int8", "int6", "int4", "int3", "int2"})},
                          {"bytes", {{"fp32", 147'456}, {"int4", 18'944}, {"int3", 14'336}, {"int2", 9'728}}}});
    }
    return {{"model", shape.model},
            {"data", shape.data},
            {"images", 64},
            {"measure", "matched_kl"},
            {"layers", layers},
            {"rank_correlation",
             {{"beta_vs_divergence", {{"int4", 0.61}}},
              {"intervals", {{"int4", {{"rho", 0.61}, {"low", 0.25}, {"high", 0.82}, {"layers", shape.layers}}}}}}}};
}

inline ca::ExampleSet examples(const SourceShape &shape, const std::string &trial)
{
    ca::ExampleSet set{.trial = trial, .split = shape.holdout ? "holdout" : "selection", .examples = {}, .changes = {}};
    const std::string picture = png_of(striped_picture(32, 32));
    const auto name = [&](int label) { return shape.class_prefix + std::to_string(label); };
    std::int64_t index = 100;
    for (const char *kind : {"confident", "marginal", "broken", "fixed"})
        for (int i = 0; i < 4; ++i) {
            ca::ShownExample example;
            example.kind = kind;
            example.index = index += 37;
            example.label = i;
            example.name = name(i);
            const bool flipped = example.kind == "broken" || example.kind == "fixed";
            example.before = {i, name(example.kind == "fixed" ? i + 1 : i), 0.91 - 0.02 * i};
            example.after = {i, name(flipped && example.kind == "broken" ? i + 1 : i), 0.63 + 0.01 * i};
            example.picture = ca::Thumbnail{32, 32, picture};
            if (example.kind == "broken") {
                example.repairs = {{"layer4.1", true, 0.71}, {"layer1.0", false, 0.4}};
                example.probability_before = 0.33;
            }
            set.examples.push_back(std::move(example));
        }
    for (int label = 0; shape.labels && label < 10; ++label)
        set.changes.push_back({label, name(label), 500, 460, 452 + label, 3 + label, 11});
    return set;
}

inline std::vector<ca::Json> transcript(const SourceShape &shape)
{
    std::vector<ca::Json> entries{{{"kind", "person"}, {"text", "Find the best front within the budget."}}};
    for (std::size_t first = 1; first < shape.trials; first += 4) {
        entries.push_back(
            {{"kind", "turn"},
             {"provider", "openai"},
             {"model", "made-up"},
             {"text", "T2 has 11.9 MB and 99.99 % of the images right. I propose four recipes around it."},
             {"calls", ca::Json::array()},
             {"figures", {{{"text", "11.9 MB"}, {"reference", "T2/bytes"}}, {{"text", "99.99 %"}, {"reference", nullptr}}}}});
        entries.push_back({{"kind", "round"}, {"summary", "Round: four recipes"}, {"first_trial", first}});
    }
    entries.push_back({{"kind", "turn"},
                       {"text", ""},
                       {"calls",
                        {{{"id", "call_9"},
                          {"tool", "finish"},
                          {"arguments", R"({"summary":"T3 is small, and has 98.76 % right.","recommended":"T3"})"}}}},
                       {"figures", ca::Json::array()}});
    entries.push_back({{"kind", "result"},
                       {"call", "call_9"},
                       {"tool", "finish"},
                       {"state", "done"},
                       {"content", {{"unproved_figures", {"98.76 %"}}}}});
    return entries;
}

} // namespace made_up

/// A study as a store would give it, with the front taken on it. Figures are made up, and belong together: sizes with ratios,
/// counts with accuracies.
inline ca::ReportSource made_up_source(const SourceShape &shape = {})
{
    ca::ReportSource source;
    ca::Study &study = source.study;
    study.name = shape.model + "-" + shape.data;
    study.model_name = shape.model;
    study.model_sha256 = std::string(64, 'a');
    study.data_name = shape.data;
    const auto images = static_cast<std::size_t>(shape.images);
    study.splits = {{"calibration", {2000, std::string(64, 'b')}},
                    {"selection", {images, std::string(64, 'c')}},
                    {"holdout", {images, std::string(64, 'd')}}};
    study.head_sentence = shape.labels ? "class logits: the model has 10 outputs and the data 10 classes"
                                       : "agreement with the float model, because images without a label are among the data";
    study.preprocess_sentence = "preprocessing cifar10";
    study.float_bytes = ca::bytes(44'681'897);
    for (std::size_t number = 1; number <= shape.trials; ++number)
        study.trials.push_back(made_up::trial(shape, number));
    if (!study.trials.empty())
        study.float_selection = study.trials.front().selection;
    for (std::size_t first = 1; first < shape.trials; first += 4)
        study.rounds.push_back({"Round: four recipes", first});
    for (std::size_t i = 1; i <= shape.trials && !shape.all_fail; ++i)
        study.hypervolume.emplace_back(i, 40 - 40.0 / static_cast<double>(i));
    study.seconds = 732.25;
    ca::look_at_front(study);
    for (ca::Trial &trial : study.trials)
        if (shape.holdout && trial.selection && (trial.on_front || trial.method == "fp32"))
            trial.holdout = trial.selection;
    if (!study.trials.empty())
        study.float_holdout = study.trials.front().holdout;
    source.facts.name = study.name;
    source.facts.model_name = study.model_name;
    source.facts.data_name = study.data_name;
    source.facts.program = "0.1.0";
    source.facts.options = {{"asked", {{"samples", 0}}}, {"source", {{"trust", false}}}};
    if (shape.scan)
        source.sensitivity = made_up::scan(shape);
    if (shape.examples && study.balanced)
        source.examples = made_up::examples(shape, *study.balanced);
    source.machines = {{{"cuda", "no"}, {"cores", "2"}, {"libtorch", "2.13.0"}, {"processor", "Example CPU 8481C @ 2.70GHz"}}};
    source.transcript = made_up::transcript(shape);
    return source;
}
