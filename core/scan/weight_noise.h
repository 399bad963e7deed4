// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/beta_fit.h"

#include <span>

namespace ca {

/// The moment fit of `fit_betas` for weights of which nothing else is asked, on the calling thread and one more.
[[nodiscard]] BetaFit fit_beta(std::span<const float> weights);

/// What `beta_noise` predicts, measured: mean((w-q)^2) / variance(w), q nearest on the 2^b levels of [low, high].
[[nodiscard]] double measured_noise(std::span<const float> weights, int bits);

} // namespace ca
