// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_aims.h"

#include <set>

namespace ca {

/// Picks the recipes of one round, one after the other, each as if those before it did as expected.
class PlannerRound {
public:
    PlannerRound(const PlannerState &state, std::span<const TrialResult> finished);

    /// Where nothing is expected to change the front by more than noise: nothing. Errors: `cancelled`, those of the curve.
    [[nodiscard]] Result<std::optional<Proposal>> next(std::stop_token stop);

    /// Takes it that a recipe is being carried out. It is not proposed.
    void leave_out(const Recipe &recipe) { taken_.insert(hash(recipe)); }

    /// After `next` gave nothing: why, with what is left and what noise makes of it.
    [[nodiscard]] std::string why_over() const;

private:
    struct Pick {
        std::size_t recipe = 0;
        Worth worth;
    };

    [[nodiscard]] Status prepare(const std::stop_token &stop);
    [[nodiscard]] Aim main_aim() const { return state_.options.constraints.max_drop ? Aim::limit : Aim::area; }
    [[nodiscard]] Aim aim_of_next() const;
    [[nodiscard]] bool fits(const PlannedRecipe &recipe) const;
    [[nodiscard]] bool was_tried(const PlannedRecipe &recipe) const;
    [[nodiscard]] bool is_proposed(const PlannedRecipe &recipe) const;
    [[nodiscard]] std::optional<Pick> best(Aim aim) const;
    [[nodiscard]] std::optional<Pick> best_that_fits(Aim aim);
    [[nodiscard]] Proposal take(const Pick &pick, Aim aim);
    [[nodiscard]] std::string reason(const PlannedRecipe &recipe, const Pick &pick, Aim aim) const;

    const PlannerState &state_;
    const std::span<const TrialResult> finished_;
    const Outlook outlook_;
    FrontSoFar front_;
    std::set<std::string> taken_; ///< hashes of what is finished, proposed or does not fit
    std::vector<PlannedRecipe> recipes_;
    std::vector<std::size_t> proposed_; ///< of `recipes_`
    bool prepared_ = false, swapped_ = false;
    std::size_t trial_; ///< number of the next one
    std::optional<Worth> left_;
};

} // namespace ca
