// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace ca {

/// The two shapes of a Beta distribution.
struct BetaShapes {
    double alpha = 1, beta = 1;
};

/// All that the likelihood of a Beta distribution knows of its sample.
struct MeanLogs {
    double of_values = 0; ///< mean of log(x)
    double of_rests = 0;  ///< mean of log(1-x)
};

/// Of weights scaled from [low, high] to (0, 1) as x = ((w - low) / (high - low) (n - 1) + 1/2) / n, which takes the ends in by
/// half a weight's share: Smithson and Verkuilen 2006, "A better lemon squeezer?".
[[nodiscard]] MeanLogs mean_logs(std::span<const float> weights, double low, double high);

/// Mean log density, in nats.
[[nodiscard]] double log_likelihood(const BetaShapes &shapes, const MeanLogs &logs);

/// The shapes that are most likely, between 1e-4 and 1e8. Newton's method with a line search: the log-likelihood is concave, so
/// it leads there from any start.
[[nodiscard]] BetaShapes most_likely_shapes(const MeanLogs &logs, const BetaShapes &start);

} // namespace ca
