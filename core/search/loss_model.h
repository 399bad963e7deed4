// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <span>
#include <vector>

namespace ca {

/// What a trial showed of the additive model.
struct DamageOutcome {
    double damage = 0;         ///< predicted: the layers' damages added up; 0 or more
    double drop = 0;           ///< measured, in any unit
    double standard_error = 0; ///< of `drop`
};

/// A drop with what is not known of it.
struct PredictedDrop {
    double drop = 0;
    /// Of the true drop of one more recipe: measurement, scatter of recipes around the curve, and the room between two levels.
    double standard_error = 0;
};

/// How much accuracy a predicted damage costs: the layers' damages add up to a number without a unit, and trials say what it is
/// worth. A monotone curve, because more damage is expected to cost more, and nothing else is known. Float itself, without damage
/// and drop, is an outcome too and anchors it.
class LossModel {
public:
    /// Isotonic regression by pooling adjacent violators, each outcome weighted by 1 / standard error^2; outcomes of equal damage
    /// are one. An error of 0 (no image changed) counts as the smallest other; where all are 0, all weigh the same. Outcomes that
    /// are not finite, or whose damage is below 0, are left out. O(n log n). Errors: `bad_data` where none is left. Sources: Ayer
    /// et al. 1955; scatter beyond measurement in each level by DerSimonian and Laird 1986.
    [[nodiscard]] static Result<LossModel> fit(std::span<const DamageOutcome> outcomes);

    /// Level by level what was fitted, in a straight line between two levels, the first level below it. Beyond the last it rises
    /// in proportion to damage, which nothing has confirmed: all of that rise is part of the standard error. Not NaN.
    [[nodiscard]] PredictedDrop predict(double damage) const;

    /// The largest damage that is predicted to drop by at most `drop`, infinite where all are; nothing where none is.
    [[nodiscard]] std::optional<double> largest_damage(double drop) const;

    /// Outcomes that share one drop.
    struct Level {
        double first = 0, last = 0; ///< damages that it spans
        double drop = 0;
        double variance = 0; ///< of the drop of one more recipe
    };
    /// By rising damage and drop; at least one.
    [[nodiscard]] const std::vector<Level> &levels() const { return levels_; }

private:
    std::vector<Level> levels_;
};

} // namespace ca
