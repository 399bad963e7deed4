// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/evaluate/measurement.h"
#include "core/model/model.h"
#include "core/program/device.h"

#include <stop_token>
#include <string_view>

namespace ca {

struct LatencyOptions {
    int batch = 32; ///< the other batch size; below 2: only batch 1 is timed
    int threads = 1;
    int rounds = 31;             ///< at batch 1; a third of it at the other batch
    double seconds = 20;         ///< per batch size: rounds stop there, at least five are run
    Device device = Device::cpu; ///< that `program` and the baselines are on
};
/// Times `program` interleaved with the float baselines: plain TorchScript, fused fp32, bf16 (absent where it has no kernels).
struct LatencyResult {
    Latency program;
    FloatLatency floats;
};
/// The float baselines, packed once for all nets that are timed against them; those that a model has no kernels for are empty.
struct FloatBaselines {
    Program torchscript, fused_fp32, bf16;
};
/// On other devices than the processor, unfused programs there, and no TorchScript.
[[nodiscard]] FloatBaselines float_baselines(const Model &model, Device device = Device::cpu);

/// With one thread, it stays on one core while the clock runs. `program` runs as it is: fused where it should be. `compute` and
/// `real` as in QuantizedModel; where it is not real, only the baselines are timed. Three runs of each warm up. Errors:
/// `cancelled`, those of running `program`.
[[nodiscard]] Result<LatencyResult> measure_latency(const FloatBaselines &baselines, const InputSpec &input,
                                                    const Program &program, const std::string &compute, bool real,
                                                    const LatencyOptions &options, std::stop_token stop,
                                                    const Progress &progress);

/// The widest vector extension that matters here: `amx`, `avx512_vnni`, `avx_vnni`, `avx512`, `avx2`, `other`.
[[nodiscard]] std::string instruction_set();
/// The same from the flags of a processor as Linux lists them.
[[nodiscard]] std::string instruction_set_of(std::string_view flags);

} // namespace ca
