// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "ui/common/theme.h"
#include "ui/trials/trial_prediction.h"

#include <QString>

#include <optional>

namespace ca {

/// What one trial says everywhere: in its row, its card and the chart's hover card. Numbers raw, for sorting; absent where they
/// were not measured.
struct TrialFacts {
    QString id, from, recipe;
    std::optional<double> megabytes;
    std::optional<double> top1; ///< fraction on selection
    std::optional<double> drop; ///< percentage points against float on the same images, negative where it lost
    std::optional<double> milliseconds;
    bool simulated = false; ///< no real kernel: there is no time
    PredictionFacts predicted;
    QString state; ///< "front · knee", "dominated", "waiting", "stopped at 500"
    enum class Tone { plain, good, bad } tone = Tone::plain;
};

[[nodiscard]] bool is_reference(const Trial &trial); ///< the float model itself
[[nodiscard]] bool is_finished(const Trial &trial);  ///< done, with a measurement on selection
[[nodiscard]] const Trial *find_trial(const Study &study, const QString &id);
/// Float's measurement on selection: the study's own, else the reference trial's; null where neither is there.
[[nodiscard]] const Measurement *float_measurement(const Study &study);

/// "Stopped after 500 images: ..." of a trial that a race ended; empty for others.
[[nodiscard]] QString stopped_sentence(const Study &study, const Trial &trial);

[[nodiscard]] TrialFacts trial_facts(const Study &study, const Trial &trial);

/// Lines of HTML: name and who proposed it; size, accuracy with its interval, verdict, time; what was predicted and what came
/// true; `note`, plain text; why it was proposed.
[[nodiscard]] QString trial_card(const Study &study, const Trial &trial, const Theme &theme, const QString &note = {});

} // namespace ca
