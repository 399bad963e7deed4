// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner.h"
#include "core/study/layer_latency.h"
#include "core/study/store.h"
#include "core/study/study_bench.h"
#include "core/study/study_clock.h"

#include <chrono>
#include <optional>

namespace ca {

/// One study while it runs: trials are queued in rounds, carried out one after the other, and kept after each change.
class StudyRunner {
public:
    StudyRunner(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                std::stop_token stop, const Progress &progress)
        : model_(model), data_(data), options_(options), on_trial_(on_trial), stop_(std::move(stop)), progress_(progress)
    {
    }

    [[nodiscard]] Result<Study> run();

private:
    // study_runner.cpp
    Status clear_away();
    Status carry_out_study();
    Status carry_out_all();
    Status step(std::size_t i);
    Status measure(std::size_t i);
    Result<MeasurementRecord> measured(const Trial &trial, const MeasurementKey &key);
    Status settle(std::size_t i, const MeasurementRecord *record);
    Status keep(const Trial &trial, const MeasurementRecord *record);
    void drop_exports() const;
    Status cancel(Trial &trial, const std::string &why);
    Status measure_holdout();
    Status measure_on_holdout(Trial &trial, std::optional<FloatAnswers> &reference);
    Status save();

    // study_rounds.cpp
    Status open();
    Status begin_store();
    Status go_on();
    Status keep_constraints(StudyFacts kept);
    Status queue_float();
    Status queue_round();
    Status end_search(const std::string &why);
    Status write_queue();
    Status plan();
    Result<LayerLatencies> layer_latencies();
    Status enqueue(const std::vector<Proposal> &proposals, const std::optional<StudyRound> &round);

    void tell(const Trial &trial) const
    {
        if (on_trial_)
            on_trial_(study_, trial);
    }
    /// For trials: what is left belongs to holdout.
    [[nodiscard]] bool time_is_up() const { return seconds() + holdout_time(study_) > options_.minutes * 60; }
    [[nodiscard]] std::string time_used_up() const
    {
        return "The time of the study, " + to_text(options_.minutes) + " minutes, was used up before ";
    }
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    [[nodiscard]] Progress progress_of(const Trial &trial) const
    {
        const auto left = time_left(study_, options_, seconds());
        return progress_.with_prefix(trial.id + ", " + trial.name
                                     + (left ? " (" + time_left_text(*left) + " left of the study)" : "") + ": ");
    }
    [[nodiscard]] std::filesystem::path export_of(const Trial &trial) const;

    const Model &model_;
    const DataSet &data_;
    const StudyOptions &options_;
    const TrialSink &on_trial_;
    std::stop_token stop_;
    const Progress &progress_;
    std::optional<StudyBench> bench_;
    std::optional<StudyStore> store_; ///< absent where nothing is written
    bool made_store_ = false;         ///< by this run
    std::optional<Planner> planner_;
    std::optional<FloatAnswers> float_answers_; ///< on selection
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    Study study_;
};

} // namespace ca
