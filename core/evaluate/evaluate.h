// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/evaluate/measurement.h"
#include "core/model/model.h"

#include <functional>
#include <string_view>

namespace ca {

/// How outputs become right or wrong: class logits against labels, a CLIP model's classes against labels, a linear probe on the
/// features against labels, or agreement with the float model's answers.
enum class Head { logits, zero_shot, probe, agreement };
[[nodiscard]] std::string to_text(Head head);

/// What predictions are compared with.
struct Scoring {
    Head head = Head::logits;
    /// The label map: of each class of the data, the model's output that stands for it; empty where outputs are the classes in
    /// their order.
    std::vector<int> outputs{};
    bool operator==(const Scoring &) const = default;
};

/// A place in Predictions::top whose image could not be read. Such an image counts neither as right nor as wrong.
inline constexpr int kUnread = -1;

/// The answers of a program over a split.
struct Predictions {
    std::vector<int> top; ///< class with the largest output, image by image (the first of equals); kUnread without an image
    std::vector<std::array<int, 5>> five;   ///< the five largest; -1 where there are fewer classes
    std::vector<std::array<float, 2>> odds; ///< probabilities of the first two of `five`: softmax of the outputs, or the outputs
                                            ///< themselves where they are no less than 0 and sum to 1; 0 for a class that is none
    [[nodiscard]] std::size_t size() const { return top.size(); }
};

/// Asked after each batch of a run in order with what is known so far; true ends the run there.
using Settled = std::function<bool(const Predictions &so_far, std::size_t images)>;

/// Runs the program over the split in batches, one batch per core. With `settled`, batches are still run side by side, but told
/// of in order; what came after the settling one is dropped. Polls `stop` between steps. Errors: `bad_data` where `preprocess`
/// gives another size than the program takes, or no image can be read; `failed` where an output is no number; `cancelled`, those
/// of running.
[[nodiscard]] Result<Predictions> predict(const Program &program, const InputSpec &input, const Split &split,
                                          const Preprocess &preprocess, int threads, std::stop_token stop,
                                          const Progress &progress, const Settled &settled = {});

/// Against labels (an image without one counts as wrong), or against `reference` (`agreement`). Images that were not read are
/// left out of all counts. `predictions` may be of the first images of the split alone.
[[nodiscard]] Accuracy accuracy_of(const Predictions &predictions, const Split &split, const Scoring &scoring,
                                   const Predictions *reference);

struct HeadChoice {
    Scoring scoring;
    std::string sentence; ///< why
};
/// `wanted`: auto, logits, zero-shot, probe or agreement. Auto: zero-shot for CLIP; logits where class counts agree, or where each
/// class of the data is the name of one output of the model; else a probe where calibration has 20 labelled images of each class
/// and the model has a last linear layer; else agreement. A probe is then made by `fit_probe` (core/evaluate/probe.h). Errors:
/// `usage` for other names, and for zero-shot of a model that is no CLIP; `bad_data` where labels are asked for and counts and
/// names differ or labels miss; `unsupported` for weights without a network.
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

} // namespace ca
