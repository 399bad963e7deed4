// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_clock.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

// Until a recipe is carried out: quantizing takes about as long again as measuring.
constexpr double kTrialOverFloat = 2;
// Of the trials that come: as many as of those that are done, once there are a few.
constexpr double kUsualFront = 0.4;
constexpr std::size_t kFew = 5;

} // namespace

double holdout_time(const Study &study)
{
    if (study.trials.empty() || !study.float_selection)
        return 0;
    const auto left = 1 + std::count_if(study.trials.begin() + 1, study.trials.end(), [](const Trial &trial) {
                          return trial.on_front && !trial.holdout;
                      });
    // Float's trial is little else than its answers, which holdout takes of as many images.
    return study.trials.front().seconds * static_cast<double>(left);
}

std::optional<double> trial_time(const Study &study)
{
    if (study.trials.empty() || !study.float_selection)
        return std::nullopt;
    double seconds = 0;
    std::size_t measured = 0;
    for (std::size_t i = 1; i < study.trials.size(); ++i) {
        if (!was_carried_out(study.trials[i]))
            continue;
        seconds += study.trials[i].seconds;
        ++measured;
    }
    return measured > 0 ? seconds / static_cast<double>(measured) : kTrialOverFloat * study.trials.front().seconds;
}

std::optional<double> time_left(const Study &study, const StudyOptions &options, double elapsed)
{
    const auto each = trial_time(study);
    if (!each)
        return std::nullopt;
    std::size_t measured = 0, on_front = 0, waiting = 0;
    for (const Trial &trial : study.trials) {
        waiting += was_carried_out(trial) || trial.state == TrialState::cancelled ? 0U : 1U;
        if (!was_carried_out(trial) || &trial == &study.trials.front())
            continue;
        ++measured;
        on_front += trial.on_front ? 1U : 0U;
    }
    const double of_float = study.trials.front().seconds;
    const bool searching = study.why_over.empty() && options.max_trials > study.trials.size();
    const double to_come = static_cast<double>(waiting + (searching ? options.max_trials - study.trials.size() : 0));
    const double share = measured >= kFew ? static_cast<double>(on_front) / static_cast<double>(measured) : kUsualFront;
    const double whole = *each * to_come + holdout_time(study) + of_float * share * to_come;
    return std::clamp(whole, 0.0, std::max(0.0, options.minutes * 60 - elapsed));
}

std::string time_left_text(double seconds)
{
    const auto rounded = [](double value, double step) {
        return static_cast<long>(step * std::max(1.0, std::round(value / step)));
    };
    return seconds < 100 ? "about " + std::to_string(rounded(seconds, 10)) + " s"
                         : "about " + std::to_string(rounded(seconds / 60, 1)) + " min";
}

} // namespace ca
