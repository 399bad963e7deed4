// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_scan.h"

#include <cstddef>
#include <utility>

namespace ca {

Result<WeightScan> scan_weight(const WeightRows &weight, const WeightScanOptions &options, std::stop_token stop)
{
    auto statistics = weight_statistics(weight, options.threads, stop);
    if (!statistics)
        return forward(statistics);
    const auto measured = measure_noise(weight, *statistics, options.threads, stop);
    if (!measured)
        return forward(measured);
    const auto histogram = weight_histogram(weight, *statistics, options.threads, stop);
    if (!histogram)
        return forward(histogram);
    WeightScan scan{.statistics = std::move(*statistics), .measured = *measured, .histogram = *histogram};
    scan.fits = fit_betas(weight.values, scan.statistics, options.seed);
    for (std::size_t b = 0; b < kScanBits.size(); ++b)
        scan.beta_noise[b] = beta_noise(scan.fits.moments, kScanBits[b]);
    return scan;
}

} // namespace ca
