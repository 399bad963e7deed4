// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measured_trial.h"
#include "core/study/store.h"

#include <QTemporaryDir>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

/// Facts of a made-up study, whose keys `record_for` uses.
inline ca::StudyFacts some_facts()
{
    ca::StudyFacts facts;
    facts.name = "resnet18-cifar10";
    facts.model_name = "resnet18";
    facts.model_sha256 = std::string(64, 'a');
    facts.data_name = "cifar10";
    facts.data = "cifar10, 32 pixels, logits";
    facts.splits = {{"calibration", 0, ""}, {"selection", 10, std::string(64, 'b')}, {"holdout", 10, std::string(64, 'c')}};
    facts.seed = std::numeric_limits<std::uint64_t>::max();
    facts.head = "Class logits: the model has as many outputs as the data has classes.";
    facts.preprocess = "cifar10";
    facts.float_bytes = ca::bytes(44'700'000);
    facts.options = {{"max_trials", 24}, {"minutes", 0.1}};
    facts.program = "0.1.0";
    return facts;
}

/// Another recipe for each number.
inline ca::Recipe recipe_number(int number)
{
    ca::Recipe recipe;
    recipe.model = std::string(64, 'a');
    ca::Scheme scheme;
    scheme.format = ca::Format::int8;
    recipe.layers["layer" + std::to_string(number)] = scheme;
    return recipe;
}

inline ca::Trial trial_number(int number)
{
    ca::Trial trial;
    trial.id = "T" + std::to_string(number);
    trial.origin = ca::TrialOrigin::planner;
    trial.method = "mixed";
    trial.name = "mixed, 3.6 bits";
    trial.reason = "a knee of the curve";
    trial.recipe = recipe_number(number);
    trial.recipe_hash = hash(trial.recipe);
    trial.predicted_bytes = ca::bytes(5'000'000 + number);
    return trial;
}

/// Ten images, of which those named are answered right; the numbers are ones that decimals do not hold exactly.
inline ca::MeasurementRecord record_for(const ca::Recipe &recipe, ca::TrialSplit split, const std::vector<int> &right = {0, 3, 9})
{
    const ca::StudyFacts facts = some_facts();
    ca::MeasurementRecord record;
    record.key = {facts.model_sha256, hash(recipe), facts.data, facts.splits[split == ca::TrialSplit::selection ? 1 : 2].hash,
                  facts.seed,         facts.program};
    ca::Accuracy &accuracy = record.measurement.accuracy;
    accuracy.n = 10;
    accuracy.correct = std::ssize(right);
    accuracy.top5 = 0.1 + 0.2;
    accuracy.interval = {1.0 / 3, std::nextafter(1.0, 0.0)};
    accuracy.per_class = {2.0 / 3, std::numeric_limits<double>::quiet_NaN(), 0};
    accuracy.right.assign(10, 0);
    record.answers.assign(10, 1);
    for (const int image : right) {
        accuracy.right.at(static_cast<std::size_t>(image)) = 1;
        record.answers.at(static_cast<std::size_t>(image)) = 7;
    }
    record.measurement.size = ca::bytes(5'123'456);
    record.measurement.seconds = 12.1;
    return record;
}

inline void write(const std::filesystem::path &file, const std::string &bytes)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string content(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/// For a test to inherit: studies, each in a folder of its own.
class StudyFolders {
protected:
    [[nodiscard]] std::filesystem::path folder(const std::string &name) const
    {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    [[nodiscard]] ca::StudyStore fresh(const std::string &name) const
    {
        return std::move(*ca::StudyStore::create(folder(name), some_facts()));
    }

private:
    QTemporaryDir folder_;
};

/// A trial that is done, measured on selection.
inline ca::Status add_done(ca::StudyStore &store, int number)
{
    ca::Trial trial = trial_number(number);
    if (const auto added = store.add_trial(trial); !added)
        return added;
    trial.state = ca::TrialState::done;
    return store.record(trial, ca::TrialSplit::selection, record_for(trial.recipe, ca::TrialSplit::selection));
}

/// Something in every table.
inline ca::Status fill(ca::StudyStore &store)
{
    for (int number = 1; number <= 20; ++number)
        if (const auto added = add_done(store, number); !added)
            return added;
    ca::Trial trial = trial_number(1);
    trial.state = ca::TrialState::done;
    trial.on_front = true;
    write(store.folder() / "T1.safetensors", "weights");
    for (const auto &done :
         {store.record(trial, ca::TrialSplit::holdout, record_for(trial.recipe, ca::TrialSplit::holdout, {1, 2})),
          store.set_scan("sensitivity", {{"layers", {1, 2, 3}}}),
          store.append_transcript({{"role", "user"}, {"text", "smaller"}}), store.append_transcript("a second entry"),
          store.log_hypervolume(1, 1.0 / 3), store.log_hypervolume(2, 0.5), store.add_artefact("export", "T1.safetensors")})
        if (!done)
            return done;
    return {};
}

/// All that a store tells, as one text. Errors: those of the store.
inline ca::Result<std::string> dump(const ca::StudyStore &store)
{
    ca::Study study;
    const auto facts = store.facts();
    auto trials = store.trials();
    auto hypervolume = store.hypervolume();
    const auto transcript = store.transcript();
    const auto artefacts = store.artefacts();
    const auto scan = store.scan("sensitivity");
    for (const ca::Error *error : std::initializer_list<const ca::Error *>{
             facts ? nullptr : &facts.error(), trials ? nullptr : &trials.error(), hypervolume ? nullptr : &hypervolume.error(),
             transcript ? nullptr : &transcript.error(), artefacts ? nullptr : &artefacts.error(),
             scan ? nullptr : &scan.error()})
        if (error)
            return tl::unexpected<ca::Error>(*error);
    study.trials = std::move(*trials);
    study.hypervolume = std::move(*hypervolume);
    std::string text = ca::canonical(to_json(*facts)) + ca::pretty(to_json(study));
    for (const ca::Trial &trial : study.trials)
        for (const ca::TrialSplit split : {ca::TrialSplit::selection, ca::TrialSplit::holdout}) {
            const auto record = store.measurement_of(trial.id, split);
            if (!record)
                return forward(record);
            text +=
                *record ? ca::canonical(to_json(ca::MeasuredTrial{trial.method, trial.name, trial.recipe, **record})) : "none";
        }
    for (const ca::Json &entry : *transcript)
        text += ca::canonical(entry);
    for (const ca::Artefact &artefact : *artefacts)
        text += artefact.kind + artefact.path.string() + artefact.sha256 + std::to_string(artefact.size.value);
    return text + (*scan ? ca::canonical(**scan) : "none");
}
