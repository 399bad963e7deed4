// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study.h"

#include "core/base/atomic_file.h"
#include "core/quantize/export/export.h"
#include "core/search/ladder.h"
#include "core/study/measure_recipe.h"

#include <algorithm>
#include <chrono>

namespace ca {
namespace {

/// What a run left that was killed while it wrote.
void remove_leftovers(const std::filesystem::path &folder)
{
    std::error_code ignored;
    std::vector<std::filesystem::path> found;
    for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename().string();
        if (name == kTrialExport || (name.starts_with('.') && name.ends_with(".part")))
            found.push_back(entry->path());
    }
    for (const std::filesystem::path &file : found)
        std::filesystem::remove(file, ignored);
}

Workbench bench_of(const Model &model, const StudyOptions &options)
{
    return {.model = model, .threads = options.threads, .folder = options.folder};
}

/// One study while it runs.
class Runner {
public:
    Runner(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial, std::stop_token stop,
           const Progress &progress)
        : options_(options),
          on_trial_(on_trial),
          stop_(std::move(stop)),
          progress_(progress),
          data_(data),
          selection_(data.selection.first(options.samples)),
          holdout_(data.holdout.first(options.samples)),
          bench_(bench_of(model, options))
    {
    }

    Result<Study> run()
    {
        if (const auto prepared = prepare(); !prepared && (prepared.error().code != ErrorCode::cancelled || candidates_.empty()))
            return forward(prepared);
        queue();
        for (std::size_t i = 0; i < study_.trials.size(); ++i)
            if (const auto done = step(i); !done)
                return forward(done);
        measure_holdout();
        name_results();
        if (const auto written = save(); !written)
            return forward(written);
        return std::move(study_);
    }

private:
    Status prepare();
    Status choose();
    void queue();
    Status step(std::size_t i);
    void carry_out(std::size_t i);
    void cancel(Trial &trial, const std::string &why);
    void look_at_front();
    void measure_holdout();
    void name_results();
    Status save();
    void tell(const Trial &trial) const
    {
        if (on_trial_)
            on_trial_(study_, trial);
    }
    [[nodiscard]] bool time_is_up() const { return seconds() > options_.minutes * 60; }
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
        return progress_.with_prefix(trial.id + ", " + trial.name + ": ");
    }

    const StudyOptions &options_;
    const TrialSink &on_trial_;
    std::stop_token stop_;
    const Progress &progress_;
    const DataSet &data_;
    Split selection_, holdout_;
    Workbench bench_;
    std::vector<Candidate> candidates_; // one for each trial, in order
    std::optional<FloatAnswers> float_answers_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    Study study_;
};

Status Runner::prepare()
{
    study_.name = options_.name;
    study_.model_name = bench_.model.name;
    study_.model_sha256 = bench_.model.sha256;
    study_.data_name = data_.name;
    study_.seed = options_.seed;
    if (selection_.size() == 0)
        return fail(ErrorCode::bad_data,
                    "The data set " + data_.name + " has no image in its split selection. Choose one with more images.");
    for (const Split *split : {&data_.calibration, &std::as_const(selection_), &std::as_const(holdout_)})
        study_.splits.emplace_back(split->name, std::pair(split->size(), split->images ? split->hash() : std::string()));
    if (!options_.folder.empty()) {
        if (const auto writable = make_writable_folder(options_.folder); !writable)
            return writable;
        remove_leftovers(options_.folder);
        study_.files = {options_.folder / "study.json"};
    }
    auto ladder = fixed_ladder(bench_.model, data_.calibration.size() > 0, stop_);
    if (!ladder)
        return forward(ladder);
    candidates_ = std::move(*ladder);
    candidates_.resize(std::min(candidates_.size(), std::max<std::size_t>(1, options_.max_trials)));
    return choose();
}

Status Runner::choose()
{
    const auto preprocess = choose_preprocess(options_.preprocess, bench_.model, data_, options_.threads, stop_);
    if (!preprocess)
        return forward(preprocess);
    const auto head = choose_head(options_.head, bench_.model, data_);
    if (!head)
        return forward(head);
    bench_.preprocess = preprocess->preprocess;
    bench_.scoring = head->scoring;
    bench_.calibration = Calibration(data_.calibration, preprocess->preprocess);
    if (options_.latency)
        bench_.baselines = float_baselines(bench_.model);
    study_.preprocess_sentence = preprocess->sentence;
    study_.head_sentence = head->sentence;
    if (head->scoring.head != Head::probe)
        return {};
    auto probe = fit_probe(bench_.model, data_.calibration, bench_.preprocess, options_.threads, stop_, progress_);
    if (!probe)
        return forward(probe);
    bench_.probe = std::move(*probe);
    return {};
}

void Runner::queue()
{
    for (const Candidate &candidate : candidates_) {
        Trial trial;
        trial.id = "T" + std::to_string(study_.trials.size() + 1);
        trial.origin = candidate.method == "mixed" ? TrialOrigin::planner : TrialOrigin::baseline;
        trial.method = candidate.method;
        trial.name = candidate.name;
        trial.reason = candidate.reason;
        trial.recipe = candidate.recipe.recipe;
        trial.recipe_hash = hash(trial.recipe);
        trial.predicted_bytes = predicted_bytes(bench_.model, trial.recipe);
        study_.trials.push_back(std::move(trial));
    }
    study_.float_bytes = study_.trials.front().predicted_bytes;
    for (const Trial &trial : study_.trials)
        tell(trial);
}

/// Runs a trial, or cancels it where the study is at its end. Errors: the float model fails, the study cannot be written.
Status Runner::step(std::size_t i)
{
    Trial &trial = study_.trials[i];
    if (stop_.stop_requested()) {
        cancel(trial, "The study was stopped before it.");
        return {};
    }
    if (i > 0 && time_is_up()) {
        cancel(trial, time_used_up() + "it.");
        return {};
    }
    trial.state = TrialState::running;
    tell(trial);
    carry_out(i);
    if (i == 0 && trial.state == TrialState::failed)
        return fail(ErrorCode::failed, "The float model cannot be measured, so nothing can be compared with it: " + trial.error);
    look_at_front();
    if (const auto written = save(); !written)
        return written;
    tell(trial);
    return {};
}

void Runner::carry_out(std::size_t i)
{
    Trial &trial = study_.trials[i];
    const double before = seconds();
    auto outcome = measure_recipe(bench_, candidates_[i].recipe, selection_, float_answers_ ? &*float_answers_ : nullptr,
                                  Extent::everything, stop_, progress_of(trial));
    trial.seconds = seconds() - before;
    if (!outcome) {
        const bool stopped = outcome.error().code == ErrorCode::cancelled;
        trial.state = stopped ? TrialState::cancelled : TrialState::failed;
        trial.error = stopped ? "The study was stopped during it." : outcome.error().text();
        return;
    }
    trial.state = TrialState::done;
    trial.selection = std::move(outcome->measurement);
    if (i == 0) { // the ladder begins with float
        float_answers_ = std::move(outcome->answers);
        study_.float_selection = trial.selection;
        study_.float_bytes = trial.selection->size;
    }
}

void Runner::cancel(Trial &trial, const std::string &why)
{
    trial.state = TrialState::cancelled;
    trial.error = why;
    tell(trial);
}

void Runner::look_at_front()
{
    std::vector<OperatingPoint> points;
    std::vector<std::size_t> places; // of the points among the trials
    std::size_t finished = 0;
    for (std::size_t i = 0; i < study_.trials.size(); ++i) {
        Trial &trial = study_.trials[i];
        trial.on_front = false;
        finished += trial.state == TrialState::done || trial.state == TrialState::failed ? 1 : 0;
        if (trial.state != TrialState::done)
            continue;
        const Measurement &measured = *trial.selection;
        OperatingPoint point{static_cast<double>(measured.size.value), measured.accuracy.top1(), {}};
        if (measured.latency && measured.latency->real && measured.latency->batch1)
            point.latency = measured.latency->batch1->median;
        points.push_back(point);
        places.push_back(i);
    }
    if (!study_.float_selection)
        return;
    for (const std::size_t point : pareto_front(points))
        study_.trials[places[point]].on_front = true;
    const double float_accuracy = study_.float_selection->accuracy.top1();
    const double value = hypervolume(points, static_cast<double>(study_.float_bytes.value), float_accuracy);
    if (study_.hypervolume.empty() || study_.hypervolume.back().first < finished)
        study_.hypervolume.emplace_back(finished, value);
    const auto id_of = [&](std::optional<std::size_t> point) {
        return point ? std::optional(study_.trials[places[*point]].id) : std::nullopt;
    };
    const Recommended best = recommend(points, float_accuracy);
    study_.smallest = id_of(best.smallest);
    study_.fastest = id_of(best.fastest);
    study_.balanced = id_of(best.balanced);
}

/// The front's trials, and float first: they are compared with it.
void Runner::measure_holdout()
{
    if (holdout_.size() == 0 || !float_answers_)
        return;
    std::optional<FloatAnswers> reference;
    for (std::size_t i = 0; i < study_.trials.size() && !stop_.stop_requested(); ++i) {
        Trial &trial = study_.trials[i];
        if (trial.state != TrialState::done || (i > 0 && !trial.on_front))
            continue;
        if (i > 0 && time_is_up()) {
            trial.error = time_used_up() + "it was measured on holdout.";
            continue;
        }
        auto outcome = measure_recipe(bench_, candidates_[i].recipe, holdout_, reference ? &*reference : nullptr,
                                      Extent::accuracy_only, stop_, progress_of(trial));
        if (!outcome) {
            if (outcome.error().code != ErrorCode::cancelled)
                trial.error = "It could not be measured on holdout: " + outcome.error().text();
            if (i == 0)
                return;
            continue;
        }
        trial.holdout = std::move(outcome->measurement);
        trial.holdout->size = trial.selection->size;
        if (i == 0) {
            reference = std::move(outcome->answers);
            study_.float_holdout = trial.holdout;
        }
    }
}

/// The files of `write_results`, which whoever keeps the study calls next.
void Runner::name_results()
{
    if (!options_.folder.empty())
        for (const char *name : {"trials.csv", "pareto.svg"})
            study_.files.push_back(options_.folder / name);
}

/// A study without results is not written: it would only be in the way of the next.
Status Runner::save()
{
    study_.seconds = seconds();
    return options_.folder.empty() || !has_results(study_) ? Status() : write_study(study_, options_.folder);
}

} // namespace

Result<Study> run_study(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                        std::stop_token stop, const Progress &progress)
{
    return Runner(model, data, options, on_trial, std::move(stop), progress).run();
}

} // namespace ca
