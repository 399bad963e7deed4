// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/ranges/calibration.h"

/// The ranges that all images of a split give, from the smallest value to the largest.
inline ca::Result<ca::ActivationRanges> minmax_ranges(const ca::Model &model, const ca::Split &images,
                                                      const ca::Preprocess &preprocess)
{
    const auto measured = ca::measure_activations(model, images, preprocess, 2, {}, {});
    return measured ? ca::Result<ca::ActivationRanges>(ca::choose_ranges(*measured, ca::RangeMethod::minmax))
                    : ca::forward(measured);
}
