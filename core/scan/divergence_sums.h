// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/sensitivity.h"

#include <cstddef>

namespace ca {

/// Divergences of images, summed.
struct DivergenceSums {
    double kl = 0, cosine = 0;
    std::size_t changed = 0, images = 0;

    void add(const DivergenceSums &other);
    [[nodiscard]] Divergence mean() const; ///< all 0 without images
    bool operator==(const DivergenceSums &) const = default;
};

} // namespace ca
