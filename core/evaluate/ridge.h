// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program.h"

#include <array>
#include <vector>

namespace ca {

/// Penalties to choose from, relative to the mean of the features' variances.
inline constexpr std::array<double, 9> kRidgePenalties{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100};

/// A linear classifier: the class whose row of weights, with its bias, gives the most.
struct Ridge {
    Matrix weights; ///< [classes, features]
    std::vector<float> bias;
    double penalty = 0;  ///< one of the above
    double left_out = 0; ///< part of the rows that are right when they are predicted from the others
};

/// Least squares of targets (+1 for a row's class, -1 for the others) on centred features, with the squares of the weights times
/// penalty x mean variance x rows added, in double precision. The penalty is the one of the least mean squared leave-one-out
/// error, the first of equals. Takes time of the cube of the smaller of rows and features, for one eigendecomposition. Errors:
/// `failed` where all rows are the same or features are no finite numbers.
/// Source of the leave-one-out errors by the hat matrix: Hastie, Tibshirani, Friedman 2009, 7.10.
[[nodiscard]] Result<Ridge> fit_ridge(const Matrix &features, const std::vector<int> &labels, int classes, int threads);

} // namespace ca
