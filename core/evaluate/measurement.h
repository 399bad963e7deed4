// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/evaluate/statistics.h"
#include "core/quantize/export/export.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// Right and wrong answers of a net over a split.
struct Accuracy {
    std::int64_t n = 0;
    std::int64_t correct = 0;
    std::optional<double> top5;       ///< fraction; absent below six classes and for agreement
    std::array<double, 2> interval{}; ///< Wilson 95 % of top-1, fractions
    std::vector<double> per_class;    ///< top-1 by class, in class order, NaN where it has no image; empty for agreement
    std::vector<std::uint8_t> right;  ///< one flag an image, in the split's order; not written to JSON
    std::int64_t unread = 0;          ///< images that could not be read: not in `n`, 0 in `right`
    /// Expected calibration error of the top class, 15 equal bins, a fraction; absent for agreement and for a probe, whose
    /// outputs are no logits. Source: Guo et al. 2017.
    std::optional<double> calibration_error;
    [[nodiscard]] double top1() const { return n == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(n); }
};

/// How long a run of one net takes. Milliseconds.
struct Latency {
    std::string device = "cpu";
    int threads = 1;
    std::string isa;                    ///< `avx512_vnni`, `amx`, `avx2` …
    std::string provider;               ///< `aten`, `onednn`, `interpreter`
    std::string compute;                ///< `int8`, `bf16`, `fp16`, `fp32`
    bool real = true;                   ///< false: simulated, then there are no times
    bool pinned = false;                ///< the timing thread stayed on one core
    std::optional<std::string> warning; ///< a sentence where something else used the cores meanwhile
    std::optional<MedianInterval> batch1;
    int batch = 32;
    std::optional<MedianInterval> batch_n;
};

/// The float baselines, timed in the same interleaved run.
struct FloatLatency {
    std::optional<Latency> torchscript; ///< the frozen module by the TorchScript interpreter
    std::optional<Latency> fused_fp32;
    std::optional<Latency> bf16;
};

/// What `evaluate` prints.
struct Measurement {
    Accuracy accuracy;
    std::optional<PairedComparison> versus_float; ///< absent for the float model itself
    Bytes size;                                   ///< of the exported file; 0 where the net cannot be exported
    std::optional<TowerBytes> towers;             ///< of CLIP: the two parts of `size`
    std::optional<Latency> latency;
    std::optional<FloatLatency> float_latency;
    std::optional<Bytes> peak_memory;           ///< of running one image, measured: weights as they are held, and values
    std::optional<Bytes> predicted_peak_memory; ///< the same from the program alone
    double seconds = 0;
};

[[nodiscard]] OrderedJson to_json(const Measurement &measurement);

} // namespace ca
