// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/evaluate.h"
#include "core/evaluate/racing.h"

#include <cstdint>
#include <string>

namespace ca {

/// A quantized network and the float one on the same images, until it was settled how they compare.
struct RaceResult {
    Split images; ///< that were looked at, in that order
    Predictions float_answers, quantized;
    RaceVerdict verdict = RaceVerdict::undecided; ///< `below`: accuracy falls by more than was allowed
};
/// `within`, `beyond` or `undecided`: of the drop that was allowed.
[[nodiscard]] std::string drop_verdict(RaceVerdict verdict);

struct RaceEntry {
    const Program &float_program, &quantized;
    const InputSpec &input;
};

struct RaceOptions {
    double max_drop = 0; ///< percentage points
    std::uint64_t seed = 0;
    int threads = 0;
};

/// Runs both in a seeded order of the images, some hundred at a time, until it is settled whether accuracy over the whole split
/// falls by more than `max_drop`. The chance of a wrong verdict is at most 5 %; after the last image it is exact. Images that
/// cannot be read count on neither side. Errors: those of `predict`.
[[nodiscard]] Result<RaceResult> race_against_float(const RaceEntry &entry, const Split &split, const Preprocess &preprocess,
                                                    const Scoring &scoring, const RaceOptions &options, std::stop_token stop,
                                                    const Progress &progress);

} // namespace ca
