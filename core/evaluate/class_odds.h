// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace ca {

/// Probabilities of a row of outputs: their softmax, or the outputs themselves where they are no less than 0 and sum to 1.
class ClassOdds {
public:
    /// `outputs` has one at least, and has to outlive this.
    explicit ClassOdds(std::span<const float> outputs);
    [[nodiscard]] double of(std::size_t output) const;

private:
    [[nodiscard]] double weight(float value) const;

    std::span<const float> outputs_;
    float largest_;
    bool are_probabilities_;
    double sum_; ///< of weights
};

} // namespace ca
