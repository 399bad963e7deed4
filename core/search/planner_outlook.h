// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/loss_model.h"
#include "core/search/planner_state.h"

namespace ca {

/// What the finished trials say of recipes that nobody has carried out.
class Outlook {
public:
    Outlook(const PlannerState &state, std::span<const TrialResult> finished);

    [[nodiscard]] PredictedDrop drop(const Recipe &recipe) const;
    /// `damage` with the layers' gains; `int8_inputs`: some layer's activations are quantized.
    [[nodiscard]] PredictedDrop drop(double damage, bool int8_inputs) const;
    [[nodiscard]] double damage(const Recipe &recipe) const { return state_.table.damage(recipe, gains_); }
    /// By layer, what its damage counts beside what the scan saw.
    [[nodiscard]] const std::vector<double> &gains() const { return gains_; }
    /// The usual standard error of a measured drop, in points; 0 where nothing was measured with one.
    [[nodiscard]] double noise() const { return noise_; }
    /// Measured over predicted latency, the median of the trials, where latency is limited; else 1, so that no clock's noise
    /// reaches a proposal.
    [[nodiscard]] double latency_scale() const { return latency_scale_; }

private:
    /// `to_the_end`: a guess stands for the greatest damage as long as no trial came near it.
    [[nodiscard]] LossModel fitted(std::span<const TrialResult> finished, bool to_the_end) const;

    const PlannerState &state_;
    std::vector<double> gains_;
    double noise_ = 0, latency_scale_ = 1;
    std::optional<LossModel> shared_, with_int8_inputs_, weights_only_; ///< the last two where each family has trials enough
};

} // namespace ca
