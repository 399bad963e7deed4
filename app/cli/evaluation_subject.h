// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/evaluation.h"
#include "app/cli/open_inputs.h"
#include "core/evaluate/probe.h"
#include "core/quantize/export.h"

namespace ca {

/// What is measured: the float model, one that was quantized just now, or one out of an exported file.
struct Subject {
    Program program;
    std::string name;
    Bytes size;
    std::optional<TowerBytes> towers; ///< of CLIP
    std::string compute = "fp32";
    bool real = true;
    std::optional<QuantizedModel> quantized; ///< just now: there is a float model to compare it with
};

/// The images, and how they are shown to the network.
struct Setting {
    Split split;
    Preprocess preprocess;
    Scoring scoring;
    std::optional<Probe> probe; ///< of that head
};

/// Opens what `arguments` name beside the model. Errors: those of quantizing; `usage` where an exported file comes with a recipe.
[[nodiscard]] Result<Subject> open_subject(const Arguments &arguments, const Inputs &inputs, const Preprocess &preprocess,
                                           std::stop_token stop, const Progress &progress);

/// Chooses head and preprocessing, and tells `evaluation` of them. Errors: those of choosing and of fitting a probe; `bad_data`
/// for an exported file under a head that needs the float model.
[[nodiscard]] Result<Setting> open_setting(const Arguments &arguments, const Inputs &inputs, Evaluation &evaluation,
                                           std::stop_token stop, const Progress &progress);

} // namespace ca
