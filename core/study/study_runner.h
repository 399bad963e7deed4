// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner.h"
#include "core/study/layer_latency.h"
#include "core/study/store.h"
#include "core/study/study_bench.h"
#include "core/study/study_clock.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

namespace ca {

/// A recipe that somebody wants carried out, and what is expected of it.
struct TrialRequest {
    Candidate candidate;
    TrialOrigin origin = TrialOrigin::planner;
    std::optional<std::string> parent{};
    std::optional<double> predicted_drop{}; ///< percentage points
};
/// Of the planner, or one of its baselines.
[[nodiscard]] TrialRequest request_of(const Proposal &proposal);

/// What becomes of trials that an earlier run of a study left unfinished.
enum class Unfinished {
    carry_out, ///< they come first
    leave,     ///< they stay undone until somebody wants them: the study is talked about. Float is carried out all the same.
};

/// One study while it runs: trials are queued in rounds, carried out one after the other, and kept after each change. For one
/// thread. What it is given outlives it.
class StudyRunner {
public:
    StudyRunner(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                std::stop_token stop, const Progress &progress)
        : model_(model), data_(data), options_(options), on_trial_(on_trial), stop_(std::move(stop)), progress_(progress)
    {
    }

    /// Opens the study or makes it, carries out float and what is queued in it already, then lets `drive` do what it will with
    /// the functions below, and measures the front on holdout. Errors: as run_study; those of `drive`.
    [[nodiscard]] Result<Study> run(const std::function<Status(StudyRunner &)> &drive,
                                    Unfinished unfinished = Unfinished::carry_out);

    // For `drive`. All but the constraints' errors are the disk's, and end the study.

    /// Scans the layers, which takes a while, the first time that it is called. Errors: those of scan and of Planner::of;
    /// `cancelled`.
    [[nodiscard]] Status plan();
    [[nodiscard]] const SensitivityTable *table() const { return table_ ? &*table_ : nullptr; } ///< null before `plan`
    [[nodiscard]] const Planner *planner() const { return planner_ ? &*planner_ : nullptr; }    ///< null before `plan`
    /// What the planner would carry out next, at most `count` and as many as there is room for. None: why, in `why_over`.
    [[nodiscard]] Result<std::vector<Proposal>> propose(std::size_t count);
    [[nodiscard]] std::string why_over() const;
    /// All of them, one after the other, as a round. Those that are left when the study is stopped or its time is up are
    /// `cancelled`, and so are they when `why_not`, which is asked before each but the first, says why. With `queue_only` they
    /// stay queued.
    [[nodiscard]] Status carry_out(const std::vector<TrialRequest> &requests, const std::string &summary,
                                   const std::function<std::optional<std::string>()> &why_not = {});
    /// Nothing more is proposed, and that is why.
    [[nodiscard]] Status end_search(const std::string &why);
    /// From now on, for the planner too. Errors: `constraint`, with the nearest that can be reached, and then the earlier ones
    /// hold; `cancelled`.
    [[nodiscard]] Status set_constraints(const Constraints &constraints);
    /// Appends to the study's transcript, where there is a store.
    [[nodiscard]] Status note(const Json &entry);
    /// The front on holdout, where it was not measured yet, as at the end of the study; and what is known so far is written.
    [[nodiscard]] Status measure_front();
    /// Does `work`, which takes nothing of the study's minutes: waiting for a person.
    void off_the_clock(const std::function<void()> &work);
    /// From now on this stops what runs: a part of the study can be stopped without its end.
    void heed(std::stop_token stop) { stop_ = std::move(stop); }
    /// Room for so many trials and minutes from now on, where there was less.
    void make_room(std::size_t trials, double minutes);

    [[nodiscard]] const Study &study() const { return study_; }
    [[nodiscard]] const Model &model() const { return model_; }
    [[nodiscard]] const DataSet &data() const { return data_; }
    [[nodiscard]] const StudyOptions &options() const { return options_; }
    [[nodiscard]] const StudyStore *store() const { return store_ ? &*store_ : nullptr; } ///< null where nothing is written
    [[nodiscard]] std::stop_token stop() const { return stop_; }
    /// Of `max_trials`, float and baselines among them.
    [[nodiscard]] std::size_t trials_left() const
    {
        return options_.max_trials - std::min(options_.max_trials, study_.trials.size());
    }
    /// That trials may still take; what is left beyond belongs to holdout.
    [[nodiscard]] double seconds_left() const { return options_.minutes * 60 - seconds() - holdout_time(study_); }
    /// It is stopped, or there is no time left, or no trial.
    [[nodiscard]] bool is_over() const { return stop_.stop_requested() || trials_left() == 0 || time_is_up(); }

private:
    // study_runner.cpp
    Status clear_away();
    [[nodiscard]] bool waits_for_others() const;
    Status carry_out_study(const std::function<Status(StudyRunner &)> &drive);
    Status carry_out_queue(const std::function<std::optional<std::string>()> &why_not);
    Status step(std::size_t i);
    Status measure(std::size_t i);
    Result<MeasurementRecord> measured(const Trial &trial, const MeasurementKey &key);
    Status settle(std::size_t i, const MeasurementRecord *record);
    Status keep(const Trial &trial, const MeasurementRecord *record);
    void drop_exports() const;
    Status cancel(Trial &trial, const std::string &why);
    Status measure_holdout();
    Status measure_on_holdout(Trial &trial);
    Status save();

    // study_rounds.cpp
    Status open();
    Status begin_store();
    Status go_on();
    void take_up_unfinished();
    Status keep_constraints(const Constraints &constraints);
    Status queue_float();
    Status write_queue();
    Status scan_layers();
    Result<Planner> make_planner();
    Result<LayerLatencies> layer_latencies();
    Status enqueue(const std::vector<TrialRequest> &requests, const std::optional<StudyRound> &round);

    void tell(const Trial &trial) const
    {
        if (on_trial_)
            on_trial_(study_, trial);
    }
    [[nodiscard]] bool time_is_up() const { return seconds_left() < 0; }
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
    StudyOptions options_;
    const TrialSink &on_trial_;
    std::stop_token stop_;
    const Progress &progress_;
    std::optional<StudyBench> bench_;
    std::optional<StudyStore> store_; ///< absent where nothing is written
    bool made_store_ = false;         ///< by this run
    std::optional<SensitivityTable> table_;
    std::optional<Planner> planner_;
    std::optional<FloatAnswers> float_answers_;   ///< on selection
    std::optional<FloatAnswers> holdout_answers_; ///< float's, on holdout
    Unfinished unfinished_ = Unfinished::carry_out;
    double earlier_seconds_ = 0; ///< of runs before this one
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    Study study_;
};

} // namespace ca
