// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "ui/common/theme.h"

#include <QString>

#include <optional>

namespace ca {

/// What one trial says everywhere: in its row, its card and the chart's hover card. Numbers raw, for sorting; absent where they
/// were not measured.
struct TrialFacts {
    QString id, from, recipe;
    std::optional<double> megabytes;
    std::optional<double> top1; ///< fraction on selection
    std::optional<double> drop; ///< percentage points against float, negative where it lost
    std::optional<double> milliseconds;
    bool simulated = false; ///< no real kernel: there is no time
    QString state;          ///< "front · knee", "dominated", "waiting"
    enum class Tone { plain, good, bad } tone = Tone::plain;
};

[[nodiscard]] bool is_reference(const Trial &trial); ///< the float model itself
[[nodiscard]] bool is_finished(const Trial &trial);  ///< done, with a measurement on selection
[[nodiscard]] const Trial *find_trial(const Study &study, const QString &id);
/// Float's measurement on selection: the study's own, else the reference trial's; null where neither is there.
[[nodiscard]] const Measurement *float_measurement(const Study &study);

[[nodiscard]] TrialFacts trial_facts(const Study &study, const Trial &trial);

/// Two lines of HTML: name, who proposed it and why; then size, accuracy with its interval, verdict, time.
[[nodiscard]] QString trial_card(const Study &study, const Trial &trial, const Theme &theme);

} // namespace ca
