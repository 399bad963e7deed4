// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// One way to store a layer, and what it costs there.
struct FormatChoice {
    std::string format; ///< names the choice within the layer: `int4`, `int4 in groups of 64`
    int bits = 0;       ///< of one stored weight, what a minimum width looks at
    std::int64_t bytes = 0;
    std::optional<double> latency; ///< milliseconds; absent where it was not measured
    double damage = 0; ///< predicted loss, additive over layers; a choice whose damage is no finite number is left out
};

struct LayerChoices {
    std::string name;
    std::vector<FormatChoice> choices;
};

/// Which format each layer may have. Layers and formats are named as in `layers`.
struct AllocationProblem {
    std::vector<LayerChoices> layers;
    std::vector<std::vector<std::string>> ties; ///< layers that must have the same format: q, k and v; residual partners
    std::map<std::string, std::string, std::less<>> pins; ///< the one format of a layer
    std::map<std::string, int, std::less<>> minimum_bits; ///< of a layer
    std::set<std::string, std::less<>> forbidden;         ///< formats that no layer may have
    std::int64_t other_bytes = 0;                         ///< of the file beside the layers; part of every total
    double other_latency = 0;                             ///< milliseconds outside the layers; part of every total
};

enum class AllocationAxis { bytes, latency, damage };

/// The most that an allocation may have in all; what is absent is not limited.
struct AllocationLimits {
    std::optional<std::int64_t> bytes;
    std::optional<double> latency, damage;
};

/// A choice for every layer, and the totals.
struct Allocation {
    std::vector<std::size_t> choices; ///< by layer, the index of its choice
    std::int64_t bytes = 0;
    std::optional<double> latency; ///< where all choices have one
    double damage = 0;
    /// By how much the least could lie below what was found: 0 where that is proved to be the least.
    double gap = 0;
};

/// The least total of `minimise` within the limits: a multiple-choice knapsack with up to three budgets, by dynamic programming
/// over lists of states that are pruned by dominance and by a Lagrangian bound. Exact, and `gap` 0, unless more than 20,000
/// states stay open (5,000 with two limits beside the objective), which takes hundreds of layers; then the most promising are
/// followed. Sums may pass a limit on latency or damage by rounding, 1e-12 of it. 50 layers of 8 choices take milliseconds; 200
/// of 12 up to two seconds, with two limits three. Latency counts where it is minimised or limited: choices without it are left
/// out then. Polls `stop` between layers. Errors: `constraint` where no choice is left for a layer or the limits cannot be
/// reached, with the nearest that can; `usage` (names that are not there, a limit that is NaN), `bad_data` (a name twice,
/// negative bytes or more than 2^53 in all), `cancelled`.
[[nodiscard]] Result<Allocation> best_allocation(const AllocationProblem &problem, AllocationAxis minimise,
                                                 const AllocationLimits &limits, std::stop_token stop = {});

/// What one budget buys.
struct AllocationPoint {
    double cost = 0; ///< bytes or milliseconds, the curve's axis
    double damage = 0;
    bool operator==(const AllocationPoint &) const = default;
};

/// The least damage for every budget at once: all allocations that no other dominates in cost and damage.
class AllocationCurve {
public:
    /// By one dynamic programme over lists of (cost, damage). Exact where no list outgrows some 4,096 to 65,536 states (the more,
    /// the fewer choices there are), so always where the layers' bytes span no more than so many times their greatest common
    /// divisor. Longer lists are thinned to the least damage in each of so many equal parts of the cost; `slack` says what that
    /// can cost. At most some 60 million candidates are looked at, 200 layers of 12 choices in half a second; 8 bytes are kept
    /// for each state of each layer. `axis`: bytes or latency. Polls `stop` between layers. Errors: those of `best_allocation`.
    [[nodiscard]] static Result<AllocationCurve> of(const AllocationProblem &problem, AllocationAxis axis,
                                                    std::stop_token stop = {});

    /// By rising cost and falling damage; at least one.
    [[nodiscard]] const std::vector<AllocationPoint> &points() const { return points_; }
    [[nodiscard]] Allocation allocation(std::size_t point) const;

    /// The last point that costs at most `budget`; nothing where the first costs more.
    [[nodiscard]] std::optional<std::size_t> within(double budget) const;
    /// The first point of at most `damage`; nothing where the last has more.
    [[nodiscard]] std::optional<std::size_t> with_damage(double damage) const;

    /// No allocation of cost at most B has less damage than the curve has at B + `slack`. 0 where the curve is exact.
    [[nodiscard]] double slack() const { return slack_; }

    /// At most `count` points worth carrying out, by rising cost: the ends (the last alone where one is asked for), and the
    /// corner in each of `count` - 2 equal parts of the logarithm of cost between them: the point farthest below the line through
    /// the part's first and last. Parts without a point give none. All where there are no more than `count`.
    [[nodiscard]] std::vector<std::size_t> well_spread(std::size_t count) const;

private:
    struct Step {
        std::uint32_t parent = 0, option = 0;
    };
    struct Stage {
        std::vector<std::size_t> layers;
        std::vector<std::vector<std::size_t>> options; ///< by option, the choice of each layer
        std::vector<Step> steps;
    };
    friend class CurveBuilder;

    AllocationProblem problem_;
    std::vector<Stage> stages_;
    std::vector<AllocationPoint> points_;
    double slack_ = 0;
};

/// A sentence for each choice that no allocation uses because its damage is no finite number.
[[nodiscard]] std::vector<std::string> unusable_choices(const AllocationProblem &problem);

} // namespace ca
