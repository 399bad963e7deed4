// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/sensitivity.h"
#include "core/search/candidate.h"
#include "core/search/front.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// What an answer must hold, and what may not be touched. What is absent is not limited.
struct Constraints {
    std::optional<double> max_drop;     ///< percentage points of top-1 against float
    std::optional<std::int64_t> bytes;  ///< of the exported file
    std::optional<double> latency;      ///< milliseconds at batch 1
    std::map<std::string, Format> pins; ///< layers by name that have this format and no other
    std::map<std::string, int> minimum_bits;
    std::set<Format> forbidden;
    bool operator==(const Constraints &) const = default;
};

/// A finished trial as the planner sees it.
struct TrialResult {
    Recipe recipe;
    OperatingPoint point;
    double drop = 0;           ///< percentage points of top-1 below float, on the images that were looked at
    double standard_error = 0; ///< of `drop`, in points, from paired differences
    /// A race ended it: no better than the front, `drop` from the images until then. A trial that failed too, with a drop that is
    /// NaN, so that it is not proposed again.
    bool stopped_early = false;
};

/// A recipe to carry out, and what is expected of it.
struct Proposal {
    Candidate candidate;
    std::int64_t predicted_bytes = 0;
    std::optional<double> predicted_drop; ///< percentage points
    double drop_error = 0;                ///< standard error of that
    std::optional<double> predicted_latency;
    /// Bit-points of hypervolume, over latency too where a trial is for speed; 0 for baselines.
    double expected_gain = 0;
};

struct PlannerOptions {
    Constraints constraints{};
    std::uint64_t seed = 0;
    std::size_t trials = 24; ///< of the whole study, float and baselines among them
    bool has_images = true;  ///< calibration images, so that rounding is compensated
    /// Milliseconds of a layer at batch 1 in fp32 and with int8 activations; empty where latency is not measured.
    std::map<std::string, std::pair<double, double>> latency{};
    double other_latency = 0; ///< outside the layers
};

/// Proposes trials: float and a few whole methods first, then recipes from the curve of least predicted damage
/// (core/search/allocation.h) over a scan's table, those first from which the front is expected to gain most; after each round
/// the damages are fitted to what was measured (core/search/loss_model.h) and the curve is solved again. When nothing on the
/// curve is expected to gain more than the noise of a measurement, local swaps between layers around the front are tried. With a
/// limit on drop, three trials of four look for the smallest recipe that holds it instead; with latencies and no limit on them,
/// every third counts latency as an axis of the front. Measured latencies count only where latency is limited.
///
/// A pure function of what it was made of and of the finished trials in their order: a study that is resumed goes on as one that
/// was not interrupted would have.
class Planner {
public:
    /// `table`: a scan of the model, with divergences where there were images. Errors: `constraint` where pins, widths and
    /// forbidden formats leave a layer nothing, or a limit on bytes or latency cannot be reached, with the nearest that can;
    /// `usage` (layers that are not there, another model's scan, a limit on latency without latencies); `cancelled`.
    [[nodiscard]] static Result<Planner> of(const Model &model, const SensitivityTable &table, const PlannerOptions &options,
                                            std::stop_token stop = {});

    /// The next trials, at most `count`, best first; none twice, none that is among `finished`. None: the search is over, and
    /// `why_over` says why. Seconds at most. Errors: `cancelled`.
    [[nodiscard]] Result<std::vector<Proposal>> propose(std::span<const TrialResult> finished, std::size_t count,
                                                        std::stop_token stop = {}) const;
    [[nodiscard]] std::string why_over(std::span<const TrialResult> finished) const;

    /// Drop and latency that the planner expects of any recipe, after what was measured. Bytes are exact.
    [[nodiscard]] Proposal predict(const MethodRecipe &recipe, std::span<const TrialResult> finished) const;

private:
    struct State;
    std::shared_ptr<const State> state_;
};

/// Is the constraint on drop held with confidence: the upper end of a one-sided 95 % interval of the drop is no more than
/// allowed?
[[nodiscard]] bool holds_drop(double drop, double standard_error, double max_drop);

/// The trial that answers the constraints: smallest of those that hold all of them with confidence, else of those that hold them
/// as measured, else nothing. Without a limit on drop the one that lost least. A limit on latency asks for a measured one.
[[nodiscard]] std::optional<std::size_t> answer(std::span<const TrialResult> trials, const Constraints &constraints);

} // namespace ca
