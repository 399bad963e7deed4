// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_runner.h"

#include "core/base/atomic_file.h"
#include "core/study/load_study.h"
#include "core/study/studies.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca {
namespace {

/// Not the recipe's fault: it would meet any trial now, and none once the disk serves again.
bool is_of_the_disk(const Error &error)
{
    return error.code == ErrorCode::unwritable || error.code == ErrorCode::unreadable;
}

} // namespace

std::filesystem::path StudyRunner::export_of(const Trial &trial) const
{
    return options_.folder.empty() ? std::filesystem::path() : options_.folder / export_path(trial);
}

Result<Study> StudyRunner::run(const std::function<Status(StudyRunner &)> &drive, Unfinished unfinished)
{
    unfinished_ = unfinished;
    const Status done = carry_out_study(drive);
    if (!has_results(study_))
        if (const auto cleared = clear_away(); !cleared && done)
            return forward(cleared);
    if (!done)
        return forward(done);
    return std::move(study_);
}

/// A study without results would only be in the way of the next.
Status StudyRunner::clear_away()
{
    store_.reset();
    if (options_.folder.empty())
        return {};
    std::error_code not_empty;
    std::filesystem::remove(options_.folder / kExports, not_empty);
    if (!made_store_)
        return {};
    const auto removed = remove_study(options_.folder);
    return removed ? Status() : Status(forward(removed));
}

Status StudyRunner::carry_out_study(const std::function<Status(StudyRunner &)> &drive)
{
    if (const auto opened = open(); !opened)
        return opened;
    if (const auto done = carry_out_queue({}); !done)
        return done;
    if (!stop_.stop_requested() && !waits_for_others())
        if (const auto driven = drive(*this); !driven && driven.error().code != ErrorCode::cancelled)
            return driven;
    if (!options_.queue_only)
        return measure_front();
    if (const auto written = write_queue(); !written)
        return written;
    return save();
}

bool StudyRunner::waits_for_others() const
{
    return std::any_of(study_.trials.begin(), study_.trials.end(),
                       [](const Trial &trial) { return trial.state == TrialState::queued; });
}

Status StudyRunner::measure_front()
{
    if (const auto measured = measure_holdout(); !measured)
        return measured;
    return save();
}

void StudyRunner::off_the_clock(const std::function<void()> &work)
{
    const auto before = std::chrono::steady_clock::now();
    work();
    start_ += std::chrono::steady_clock::now() - before;
}

void StudyRunner::make_room(std::size_t trials, double minutes)
{
    const std::size_t most = study_.trials.size() + trials;
    if (most > options_.max_trials)
        planner_.reset(); // it plans for as many as there are
    options_.max_trials = std::max(options_.max_trials, most);
    options_.minutes = std::max(options_.minutes, (seconds() + holdout_time(study_)) / 60 + minutes);
}

/// With `queue_only` float alone, and then what is queued is left for others.
Status StudyRunner::carry_out_queue(const std::function<std::optional<std::string>()> &why_not)
{
    bool is_first = true;
    for (std::size_t i = 0; i < study_.trials.size(); ++i) {
        if (study_.trials[i].state != TrialState::queued)
            continue;
        if (i > 0 && options_.queue_only)
            return {};
        const auto reason = why_not && !is_first ? why_not() : std::nullopt;
        is_first = false;
        if (const auto done = reason ? cancel(study_.trials[i], *reason) : step(i); !done)
            return done;
    }
    return {};
}

Status StudyRunner::carry_out(const std::vector<TrialRequest> &requests, const std::string &summary,
                              const std::function<std::optional<std::string>()> &why_not)
{
    if (const auto queued = enqueue(requests, StudyRound{summary, study_.trials.size()}); !queued)
        return queued;
    return carry_out_queue(why_not);
}

/// Runs a trial, or cancels it where the study is at its end. Errors: the float model fails, the study cannot be written.
Status StudyRunner::step(std::size_t i)
{
    if (options_.before_trial)
        off_the_clock([this] { options_.before_trial(stop_); });
    Trial &trial = study_.trials[i];
    if (stop_.stop_requested())
        return cancel(trial, "The study was stopped before it.");
    if (i > 0 && time_is_up())
        return cancel(trial, time_used_up() + "it.");
    trial.state = TrialState::running;
    if (store_)
        if (const auto kept = store_->update_trial(trial); !kept)
            return kept;
    tell(trial);
    if (const auto kept = measure(i); !kept)
        return kept;
    if (i == 0 && trial.state == TrialState::failed)
        return fail(ErrorCode::failed, "The float model cannot be measured, so nothing can be compared with it: " + trial.error);
    return {};
}

/// Errors: those of the disk, after which the trial is repeated by who goes on; what else goes wrong with the trial is the
/// trial's.
Status StudyRunner::measure(std::size_t i)
{
    Trial &trial = study_.trials[i];
    const double before = seconds();
    const auto record = measured(trial, bench_->key(trial.recipe, bench_->selection));
    trial.seconds = seconds() - before;
    if (!record && is_of_the_disk(record.error()))
        return forward(record);
    if (record) {
        trial.state = TrialState::done;
        trial.selection = record->measurement;
    } else {
        const bool stopped = record.error().code == ErrorCode::cancelled;
        trial.state = stopped ? TrialState::cancelled : TrialState::failed;
        trial.error = stopped ? "The study was stopped during it." : record.error().text();
    }
    if (i == 0 && record) {
        study_.float_selection = trial.selection;
        study_.float_bytes = trial.selection->size;
    }
    return settle(i, record ? &*record : nullptr);
}

/// What was measured before is not measured again; float is, for what it answered.
Result<MeasurementRecord> StudyRunner::measured(const Trial &trial, const MeasurementKey &key)
{
    const bool is_float = !float_answers_;
    if (store_ && !is_float) {
        auto known = store_->find_measurement(key);
        if (!known)
            return forward(known);
        if (*known)
            return std::move(**known);
    }
    MeasureOptions options;
    options.kept = export_of(trial);
    if (!is_float)
        options.least_accuracy = [&](const Measurement &costs) { return accuracy_to_beat(study_, trial, costs); };
    auto outcome = measure_recipe(bench_->bench, {trial.recipe, {}, {}}, bench_->selection,
                                  float_answers_ ? &*float_answers_ : nullptr, options, stop_, progress_of(trial));
    if (!outcome)
        return forward(outcome);
    MeasurementRecord record{key, std::move(outcome->measurement), outcome->answers.predictions.top};
    if (is_float)
        float_answers_ = std::move(outcome->answers);
    return record;
}

/// After a trial, in one transaction: what it showed, the front's hypervolume, and its export where it is on the front. Of others
/// none is kept.
Status StudyRunner::settle(std::size_t i, const MeasurementRecord *record)
{
    const Trial &trial = study_.trials[i];
    look_at_front(study_);
    if (store_)
        if (const auto kept = store_->transaction([&] { return keep(trial, record); }); !kept)
            return kept;
    drop_exports();
    if (const auto written = save(); !written)
        return written;
    tell(trial);
    return {};
}

/// Of trials that are not on the front, or no longer.
void StudyRunner::drop_exports() const
{
    std::error_code ignored;
    for (const Trial &trial : study_.trials)
        if (!trial.on_front && trial.state != TrialState::queued && !options_.folder.empty())
            std::filesystem::remove(export_of(trial), ignored);
}

Status StudyRunner::keep(const Trial &trial, const MeasurementRecord *record)
{
    const auto kept = record ? store_->record(trial, TrialSplit::selection, *record) : store_->update_trial(trial);
    if (!kept)
        return kept;
    if (!study_.hypervolume.empty())
        if (const auto logged = store_->log_hypervolume(study_.hypervolume.back().first, study_.hypervolume.back().second);
            !logged)
            return logged;
    std::error_code ignored;
    return trial.on_front && std::filesystem::exists(export_of(trial), ignored)
        ? store_->add_artefact("export", export_path(trial))
        : Status();
}

Status StudyRunner::cancel(Trial &trial, const std::string &why)
{
    trial.state = TrialState::cancelled;
    trial.error = why;
    tell(trial);
    return store_ ? store_->update_trial(trial) : Status();
}

/// The front's trials, and float first: they are compared with it. However long it takes: without it the study says nothing that
/// can be relied on. Errors: those of the disk.
Status StudyRunner::measure_holdout()
{
    if (bench_->holdout.size() == 0 || !float_answers_)
        return {};
    for (std::size_t i = 0; i < study_.trials.size() && !stop_.stop_requested(); ++i) {
        Trial &trial = study_.trials[i];
        if (trial.state != TrialState::done || (i > 0 && !trial.on_front && trial.id != study_.answer))
            continue;
        if (trial.holdout && holdout_answers_)
            continue;
        const auto measured = measure_on_holdout(trial);
        if (!measured && is_of_the_disk(measured.error()))
            return measured;
        if (!measured && measured.error().code != ErrorCode::cancelled)
            trial.error = "It could not be measured on holdout: " + measured.error().text();
        if (!measured && i == 0)
            return {};
    }
    return {};
}

/// The first is float, whose answers the others are compared with.
Status StudyRunner::measure_on_holdout(Trial &trial)
{
    auto &reference = holdout_answers_;
    std::optional<MeasurementRecord> known;
    if (store_) {
        auto found = store_->measurement_of(trial.id, TrialSplit::holdout);
        if (!found)
            return forward(found);
        known = std::move(*found);
    }
    const bool is_float = !reference;
    if (known) {
        trial.holdout = known->measurement;
        if (is_float)
            reference = answers_of(*known);
    } else {
        MeasureOptions options;
        options.costs = false;
        options.kept = export_of(trial);
        auto outcome = measure_recipe(bench_->bench, {trial.recipe, {}, {}}, bench_->holdout, reference ? &*reference : nullptr,
                                      options, stop_, progress_of(trial));
        if (!outcome)
            return forward(outcome);
        trial.holdout = std::move(outcome->measurement);
        trial.holdout->size = trial.selection->size;
        const MeasurementRecord record{bench_->key(trial.recipe, bench_->holdout), *trial.holdout,
                                       outcome->answers.predictions.top};
        if (store_)
            if (const auto kept = store_->record(trial, TrialSplit::holdout, record); !kept)
                return kept;
        if (is_float)
            reference = std::move(outcome->answers);
    }
    if (is_float)
        study_.float_holdout = trial.holdout;
    return {};
}

Status StudyRunner::save()
{
    study_.seconds = earlier_seconds_ + seconds();
    if (store_)
        if (const auto kept = store_->set_scan(kSecondsTable, study_.seconds); !kept)
            return kept;
    return options_.folder.empty() || !has_results(study_) ? Status() : write_study(study_, options_.folder);
}

} // namespace ca
