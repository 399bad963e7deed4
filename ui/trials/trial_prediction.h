// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QString>

#include <optional>

namespace ca {

/// A measurement against what was predicted. Sizes: as predicted to 0.1 %. Accuracy: as predicted where the prediction lies in
/// the 95 % interval of the measured drop; that of the prediction itself is not known.
enum class Outcome { unknown, as_predicted, better, worse };

struct PredictionFacts {
    std::optional<double> megabytes;
    std::optional<double> drop; ///< percentage points of top-1 against float, negative where it loses
    Outcome size = Outcome::unknown;
    Outcome accuracy = Outcome::unknown; ///< on selection
};

[[nodiscard]] PredictionFacts prediction_facts(const Trial &trial);

/// "Predicted: 2.11 MB, −0.30 points. Came true: 2.11 MB; −0.40 points on selection (as predicted)": a line of HTML, empty for
/// the float model and where nothing was predicted.
[[nodiscard]] QString prediction_line(const Trial &trial);

/// The drop against what was predicted of it, in a plain sentence; empty where there is nothing to compare.
[[nodiscard]] QString drop_sentence(const Trial &trial);
[[nodiscard]] QString size_sentence(const Trial &trial); ///< the same of the size

} // namespace ca
