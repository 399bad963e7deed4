// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/allocation_bound.h"

#include <limits>
#include <stop_token>

namespace ca {

struct LimitedAllocation {
    OptionPicks picks;
    Costs totals{};
    double gap = 0; ///< by how much the least of the objective could lie below
};

/// The least objective within limits, starting from an allocation that keeps them: dynamic programming over lists of states,
/// group by group, without states that another dominates or whose bound is no better than what was found. Each state is also
/// completed by the cheapest picks, which soon finds what is best and leaves the rest to prove it.
class LimitedSolver {
public:
    /// `problem` outlives the solver.
    LimitedSolver(const LimitedProblem &problem, LimitedAllocation start);

    /// Ends early once there is no more than `enough` of the objective. Polls `stop` between groups. Errors: `cancelled`.
    Result<LimitedAllocation> solve(double enough, const std::stop_token &stop);

private:
    struct State {
        Costs totals{};
        double bound = 0; ///< of the objective, however the rest is chosen
        std::uint32_t parent = 0, option = 0;
    };
    struct Step {
        std::uint32_t parent, option;
    };
    /// A group on the way: what is open, and what lies behind it.
    struct Stage {
        std::size_t group = 0;
        std::vector<std::uint32_t> options;
        Costs least_rest{}, cheapest_rest{}; ///< of the groups after it: least of each cost; costs of the cheapest picks
        double weighted_rest = 0;
        double span = 0; ///< of the open options' objective
    };

    void improve(const OptionPicks &picks);
    [[nodiscard]] double objective() const { return best_.totals[problem_.objective]; }
    /// An allocation at or above this is no better.
    [[nodiscard]] double useful() const;
    [[nodiscard]] std::vector<Stage> stages() const;
    [[nodiscard]] Stage stage(std::size_t group) const;
    [[nodiscard]] bool run(std::size_t most_states, const std::stop_token &stop);
    void expand(const Stage &stage, const std::vector<State> &from, std::vector<State> &to);
    void complete(const Stage &stage, const State &state);
    void keep_nondominated(std::vector<State> &states) const;
    void keep_most_promising(std::vector<State> &states, std::size_t most);

    const LimitedProblem &problem_;
    const std::vector<LayerGroup> &groups_;
    LimitedAllocation best_;
    LagrangianBound bound_;
    OptionPicks cheapest_;                                     ///< at the bound's prices
    double dropped_ = std::numeric_limits<double>::infinity(); ///< least bound of the states that were not followed
    std::vector<Stage> stages_;
    std::vector<std::vector<Step>> steps_; ///< by stage
};

} // namespace ca
