// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/evaluate/measurement.h"
#include "core/model/model.h"

#include <stop_token>
#include <string_view>

namespace ca {

struct LatencyOptions {
    int batch = 32; ///< the other batch size; below 2: only batch 1 is timed
    int threads = 1;
    int rounds = 31;     ///< at batch 1; a third of it at the other batch
    double seconds = 20; ///< per batch size: rounds stop there, at least five are run
};
/// Times `program` interleaved with the float baselines: plain TorchScript, fused fp32, bf16 (absent where it has no kernels).
struct LatencyResult {
    Latency program;
    FloatLatency floats;
};
/// With one thread, it stays on one core while the clock runs. `program` runs as it is: fused where it should be. `compute` and
/// `real` as in QuantizedModel; where it is not real, only the baselines are timed. Three runs of each warm up. Errors:
/// `cancelled`, those of running `program`.
[[nodiscard]] Result<LatencyResult> measure_latency(const Model &model, const Program &program, const std::string &compute,
                                                    bool real, const LatencyOptions &options, std::stop_token stop,
                                                    const Progress &progress);

/// The widest vector extension that matters here: `amx`, `avx512_vnni`, `avx_vnni`, `avx512`, `avx2`, `other`.
[[nodiscard]] std::string instruction_set();
/// The same from the flags of a processor as Linux lists them.
[[nodiscard]] std::string instruction_set_of(std::string_view flags);

} // namespace ca
