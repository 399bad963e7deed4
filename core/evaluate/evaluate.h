// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/evaluate/measurement.h"
#include "core/model/model.h"

#include <string_view>

namespace ca {

/// How outputs become right or wrong: class logits against labels, a CLIP model's classes against labels, or agreement with the
/// float model's answers.
enum class Head { logits, zero_shot, agreement };
[[nodiscard]] std::string to_text(Head head);

/// The answers of a program over a split.
struct Predictions {
    std::vector<int> top;                 ///< class with the largest output, image by image (the first of equals)
    std::vector<std::array<int, 5>> five; ///< the five largest; -1 where there are fewer classes
};

/// Runs the program over the split in batches, one batch per core. Polls `stop` between steps. Errors: `bad_data` where
/// `preprocess` gives another size than the program takes; `failed` where an output is no number; `cancelled`, those of running.
[[nodiscard]] Result<Predictions> predict(const Program &program, const InputSpec &input, const Split &split,
                                          const Preprocess &preprocess, int threads, std::stop_token stop,
                                          const Progress &progress);

/// Against labels (`logits`, `zero_shot`; an image without one counts as wrong), or against `reference` (`agreement`).
[[nodiscard]] Accuracy accuracy_of(const Predictions &predictions, const Split &split, Head head, const Predictions *reference);

struct HeadChoice {
    Head head = Head::logits;
    std::string sentence; ///< why
};
/// `wanted`: auto, logits, zero-shot or agreement. Errors: `usage` for other names, and for zero-shot of a model that is no CLIP;
/// `bad_data` where labels are asked for and counts differ or labels miss; `unsupported` for weights without a network.
[[nodiscard]] Result<HeadChoice> choose_head(const std::string &wanted, const Model &model, const DataSet &data);

struct PreprocessChoice {
    Preprocess preprocess;
    std::string sentence;
};
/// `wanted`: `auto` (what the model states, else the preset that fits 256 labelled calibration images best, those whose size the
/// model takes) or a text for `parse_preprocess`. Errors: `usage`, `bad_data` where no preset gives an input that the model
/// takes.
[[nodiscard]] Result<PreprocessChoice> choose_preprocess(const std::string &wanted, const Model &model, const DataSet &data,
                                                         int threads, std::stop_token stop);

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
/// `program` runs as it is: fused where it should be. `compute` and `real` as in QuantizedModel; where it is not real, only the
/// baselines are timed. Three runs of each warm up. Errors: `cancelled`, those of running `program`.
[[nodiscard]] Result<LatencyResult> measure_latency(const Model &model, const Program &program, const std::string &compute,
                                                    bool real, const LatencyOptions &options, std::stop_token stop,
                                                    const Progress &progress);

/// The widest vector extension that matters here: `amx`, `avx512_vnni`, `avx_vnni`, `avx512`, `avx2`, `other`.
[[nodiscard]] std::string instruction_set();
/// The same from the flags of a processor as Linux lists them.
[[nodiscard]] std::string instruction_set_of(std::string_view flags);

} // namespace ca
