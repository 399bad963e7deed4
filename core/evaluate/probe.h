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

/// The layer whose input a probe reads: the last linear one that all ways from the images to the output go through. Nothing where
/// there is none, where its input is not a row of numbers for each image, or where its weight is used elsewhere too.
[[nodiscard]] std::optional<LayerIndex> probe_layer(const Program &program);

/// Errors: `bad_data` for fewer than two classes, or too few labelled images of one; `unsupported` without a layer.
[[nodiscard]] Status check_probe(const Model &model, const Split &calibration);

struct Probe {
    /// The model with the probe's weights in place of its last linear layer; it gives a column for each class of the data. Slots
    /// keep their numbers and layers their names, so that the model's activation ranges and recipes fit this one. Steps behind
    /// the layer are gone, and those that only served them (CLIP's text tower); layers of which no step is left have no uses.
    /// `plain` and `sha256` stay the model's own.
    Model model;
    double penalty = 0;  ///< that was chosen, relative to the mean of the features' variances
    double left_out = 0; ///< leave-one-out accuracy on the calibration images, a fraction
    std::string sentence;
};

/// Ridge regression of the classes (+1 and -1) on the features of the calibration images, in closed form; of several penalties
/// the one with the least leave-one-out error. Errors: those of `check_probe`; `bad_data` where too few can be read; `failed`
/// where the features are no numbers or all the same; `cancelled`; those of running.
[[nodiscard]] Result<Probe> fit_probe(const Model &model, const Split &calibration, const Preprocess &preprocess, int threads,
                                      std::stop_token stop, const Progress &progress);

} // namespace ca
