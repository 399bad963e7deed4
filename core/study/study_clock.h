// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

namespace ca {

/// Seconds that float and the front will take on holdout, which a study keeps back for them: a front that was looked at on the
/// images that it was chosen by alone says little. 0 before float is measured.
[[nodiscard]] double holdout_time(const Study &study);

/// Seconds that one more trial takes, by what those so far took. Nothing before float is measured.
[[nodiscard]] std::optional<double> trial_time(const Study &study);

/// Seconds that a study still takes, by what its trials took: those that are left, then the front on holdout. Nothing before
/// float is measured. `minutes` is the limit, `elapsed` the seconds of it that are used. The planner may end a study earlier;
/// races make later trials shorter.
[[nodiscard]] std::optional<double> time_left(const Study &study, const StudyOptions &options, double elapsed);

/// "about 6 min"; "about 40 s".
[[nodiscard]] std::string time_left_text(double seconds);

} // namespace ca
