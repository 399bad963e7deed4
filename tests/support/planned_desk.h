// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/tools/desk.h"
#include "core/study/trial_front.h"
#include "tests/support/planned_world.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

/// A study of a model that is never run: what its trials show follows from a PlannedWorld, in no time. Counts what is carried
/// out.
class PlannedDesk final : public ca::StudyDesk {
public:
    explicit PlannedDesk(int layers = 6, std::size_t trials = 24, ca::Constraints constraints = {})
        : world_(planned_world(layers, 3))
    {
        options_.max_trials = trials;
        study_.name = "planned";
        study_.model_name = world_.model.name;
        study_.data_name = "made up";
        study_.constraints = std::move(constraints);
        study_.float_bytes = ca::predicted_bytes(world_.model, {world_.model.sha256, {}});
        data_.name = "made up";
        data_.classes = {"cat", "dog"};
        auto images = std::make_shared<ca::ImageSet>();
        images->labels = {0, 1};
        data_.calibration = {"calibration", images, {0, 1}};
        ca::TrialRequest of_float{{"fp32", "float", "", {{world_.model.sha256, {}}, {}}}, ca::TrialOrigin::baseline};
        queue(of_float);
        run(study_.trials.front());
        carried_out = 0;
        seconds = 1800;
        study_.float_selection = study_.trials.front().selection;
        ca::look_at_front(study_);
    }

    std::size_t carried_out = 0, constraints_set = 0;
    double seconds_each = 6;                     ///< that a trial takes
    double seconds = 1800;                       ///< that are left
    std::function<void(ca::Trial &)> on_trial{}; ///< changes what comes of it
    std::function<ca::Status()> before_trial{};  ///< an error ends the study

    [[nodiscard]] const PlannedWorld &world() const { return world_; }
    [[nodiscard]] ca::Study &mutable_study() { return study_; }
    [[nodiscard]] ca::Model &mutable_model() { return world_.model; }
    [[nodiscard]] ca::DataSet &mutable_data() { return data_; }
    [[nodiscard]] ca::SensitivityTable &mutable_table() { return world_.table; }

    [[nodiscard]] const ca::Study &study() const override { return study_; }
    [[nodiscard]] const ca::Model &model() const override { return world_.model; }
    [[nodiscard]] const ca::DataSet &data() const override { return data_; }
    [[nodiscard]] const ca::StudyOptions &options() const override { return options_; }
    [[nodiscard]] const ca::SensitivityTable *table() const override { return planner_ ? &world_.table : nullptr; }
    [[nodiscard]] const ca::Planner *planner() const override { return planner_ ? &*planner_ : nullptr; }
    [[nodiscard]] std::size_t trials_left() const override
    {
        return options_.max_trials - std::min(options_.max_trials, study_.trials.size());
    }
    [[nodiscard]] double seconds_left() const override { return seconds; }
    [[nodiscard]] ca::Result<ca::PairedComparison> compare(const std::string &, const std::string &) const override
    {
        return ca::PairedComparison{12, 34, 0.00164, "worse"};
    }
    [[nodiscard]] ca::Status plan() override
    {
        auto planner = ca::Planner::of(world_.model, world_.table, {study_.constraints, 0, options_.max_trials});
        if (!planner)
            return ca::forward(planner);
        planner_ = std::move(*planner);
        return {};
    }
    [[nodiscard]] ca::Result<std::vector<ca::Proposal>> propose(std::size_t count) override
    {
        return planner_->propose(ca::trial_results(study_), std::min(count, trials_left()));
    }
    [[nodiscard]] ca::Status carry_out(const std::vector<ca::TrialRequest> &requests, const std::string &summary,
                                       const std::function<std::optional<std::string>()> &why_not) override
    {
        const std::size_t first = study_.trials.size();
        study_.rounds.push_back({summary, first});
        for (const ca::TrialRequest &request : requests)
            queue(request);
        std::optional<std::string> why;
        for (std::size_t i = first; i < study_.trials.size(); ++i) {
            if (i > first && !why && why_not)
                why = why_not();
            if (why || seconds < 0) {
                study_.trials[i].state = ca::TrialState::cancelled;
                study_.trials[i].error = why.value_or("The time of the study was used up before it.");
                continue;
            }
            if (before_trial)
                if (const auto possible = before_trial(); !possible)
                    return possible;
            run(study_.trials[i]);
        }
        return {};
    }
    [[nodiscard]] ca::Status set_constraints(const ca::Constraints &constraints) override
    {
        ++constraints_set;
        const ca::Constraints before = std::exchange(study_.constraints, constraints);
        const auto planned = plan();
        if (!planned)
            study_.constraints = before;
        return planned;
    }

private:
    static constexpr std::int64_t kImages = 2000, kFloatCorrect = 1840;

    void queue(const ca::TrialRequest &request)
    {
        ca::Trial trial;
        trial.id = "T" + std::to_string(study_.trials.size() + 1);
        trial.origin = request.origin;
        trial.method = request.candidate.method;
        trial.name = request.candidate.name;
        trial.reason = request.candidate.reason;
        trial.recipe = request.candidate.recipe.recipe;
        trial.recipe_hash = hash(trial.recipe);
        trial.predicted_bytes = ca::predicted_bytes(world_.model, trial.recipe);
        trial.predicted_drop = request.predicted_drop;
        study_.trials.push_back(std::move(trial));
    }

    void run(ca::Trial &trial)
    {
        ++carried_out;
        seconds -= seconds_each;
        trial.state = ca::TrialState::done;
        trial.seconds = seconds_each;
        trial.selection = measured(trial);
        if (on_trial)
            on_trial(trial);
        ca::look_at_front(study_);
    }

    [[nodiscard]] ca::Measurement measured(const ca::Trial &trial) const
    {
        ca::Measurement result;
        const auto lost = static_cast<std::int64_t>(std::lround(world_.trial(trial.recipe).drop / 100 * kImages));
        result.accuracy.n = kImages;
        result.accuracy.correct = trial.recipe.layers.empty() ? kFloatCorrect : kFloatCorrect - lost;
        const auto [low, high] = ca::wilson_interval(result.accuracy.correct, kImages);
        result.accuracy.interval = {low, high};
        result.accuracy.per_class = {result.accuracy.top1(), result.accuracy.top1()};
        if (!trial.recipe.layers.empty())
            result.versus_float = ca::PairedComparison{20, 20 + lost, 0.01, lost > 0 ? "worse" : "same"};
        result.size = trial.predicted_bytes;
        return result;
    }

    PlannedWorld world_;
    ca::StudyOptions options_;
    ca::Study study_;
    ca::DataSet data_;
    std::optional<ca::Planner> planner_;
};
