// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/evaluation.h"
#include "app/cli/open_inputs.h"
#include "core/evaluate/probe.h"
#include "core/quantize/export/export.h"

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

/// The float model as it is measured: with fused kernels on the processor, plain on other devices. Errors: those of `on_device`.
[[nodiscard]] Result<Program> float_program(const Model &model, Device device);

/// Opens what `arguments` name beside the model. Errors: those of quantizing; `usage` where an exported file comes with a recipe.
[[nodiscard]] Result<Subject> open_subject(const Arguments &arguments, const Inputs &inputs, const Preprocess &preprocess,
                                           std::stop_token stop, const Progress &progress);

/// What was done to the model of `subject`, done to that of `inputs`, which has the same layers. Errors: those of carrying out.
[[nodiscard]] Result<Subject> same_subject(const Arguments &arguments, const Inputs &inputs, const Subject &subject,
                                           const Preprocess &preprocess, std::stop_token stop, const Progress &progress);

/// Chooses head and preprocessing, and tells `evaluation` of them. Errors: those of choosing and of fitting a probe; `bad_data`
/// for an exported file under a head that needs the float model.
[[nodiscard]] Result<Setting> open_setting(const Arguments &arguments, const Inputs &inputs, Evaluation &evaluation,
                                           std::stop_token stop, const Progress &progress);

} // namespace ca
