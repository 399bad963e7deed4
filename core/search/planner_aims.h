// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_choices.h"

namespace ca {

/// What a trial is for: the area over bytes and accuracy; the volume over latency too; the smallest recipe within a limit on
/// drop.
enum class Aim { area, volume, limit };

/// What a recipe is worth for an aim, and below which worth nothing can be told from noise: bit-points, for a limit halvings of
/// the size.
struct Worth {
    double expected = 0;
    double noise = 0;
    [[nodiscard]] bool tells() const { return expected > noise; }
};

/// The front so far, and what recipes would add to it. Accuracy is 1 less the drop, so that float is the reference without a
/// trial of it; latencies are predicted, so that the noise of clocks reaches no proposal.
class FrontSoFar {
public:
    FrontSoFar(const PlannerState &state, const Outlook &outlook, std::span<const TrialResult> finished);

    [[nodiscard]] Worth worth(const PlannedRecipe &recipe, Aim aim) const;
    /// The mean over what a recipe may drop of what the front gains, in bit-points.
    [[nodiscard]] double expected_gain(const PlannedRecipe &recipe, Aim aim) const;
    /// How likely a trial of it shows that it holds the limit on drop.
    [[nodiscard]] double holding(const PlannedRecipe &recipe) const;
    /// Bytes of the smallest that does; float's where none does yet.
    [[nodiscard]] double smallest_holding() const { return smallest_holding_; }

    /// Takes it that a recipe of this round will do as expected.
    void assume(const PlannedRecipe &recipe);

private:
    [[nodiscard]] double noise_of_gain(double bytes) const;
    void hold(double bytes, double drop, double error);

    const PlannerState &state_;
    const Outlook &outlook_;
    std::vector<OperatingPoint> flat_, deep_; ///< without latency, and with it
    OperatingPoint float_flat_, float_deep_;
    double smallest_holding_ = 0;
    double failing_damage_; ///< of the least that was assumed to fail in this round
};

} // namespace ca
