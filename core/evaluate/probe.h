// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"

#include <optional>
#include <stop_token>
#include <string>

namespace ca {

/// Labelled calibration images of each class that a probe needs.
inline constexpr std::size_t kProbeImages = 20;

/// The layer whose input a probe reads: the last linear one on the way to the output. Nothing where there is none, or where its
/// input is not a row of numbers for each image.
[[nodiscard]] std::optional<LayerIndex> probe_layer(const Program &program);

struct Probe {
    /// The model with the probe's weights in place of its last linear layer, which keeps its name, so that recipes of the model
    /// fit this one; what came behind that layer is gone. It gives a column for each class of the data.
    Model model;
    double penalty = 0;      ///< that was chosen, relative to the mean of the features' variances
    double left_out = 0;     ///< leave-one-out accuracy on the calibration images, a fraction
    std::string sentence;
};

/// Ridge regression of the classes (+1 and -1) on the features of the calibration images, in closed form; of several penalties the
/// one with the least leave-one-out error. Errors: `bad_data` for too few labelled images of a class; `unsupported` without a
/// layer; `cancelled`; those of running.
[[nodiscard]] Result<Probe> fit_probe(const Model &model, const Split &calibration, const Preprocess &preprocess, int threads,
                                      std::stop_token stop, const Progress &progress);

} // namespace ca
