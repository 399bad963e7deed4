// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/fetcher.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "core/quantize/quantize.h"

#include <optional>
#include <stop_token>

namespace ca {

/// What this version can do at all, before anything is opened: the device and the provider. Errors: `unsupported`.
[[nodiscard]] Status check_possible(const Arguments &arguments);

/// A model and the data that it is used with.
struct Inputs {
    std::filesystem::path file;
    Bytes file_size;
    Model model;                            ///< of an exported file: its float program with the weights as stored
    std::optional<QuantizedModel> exported; ///< where `quantize` wrote the file
    std::optional<DataSet> data;            ///< absent without `--data`

    [[nodiscard]] std::vector<std::string> notes() const; ///< what a person should know of the data and the model
};

/// Opens data and model; what the program knows by name and is missing is fetched. Errors: those of `get_model`, `get_data`,
/// `open_data_folder`, `load_source`, `read_export`.
[[nodiscard]] Result<Inputs> open_inputs(const Arguments &arguments, const Fetch &fetch, std::stop_token stop,
                                         const Progress &progress);

/// Errors: `unsupported` for weights without a network, which cannot be run.
[[nodiscard]] Status check_network(const Model &model);

/// Errors: `unsupported`, with the model's own note, for one that only runs through the interpreter: it has no layers to quantize
/// and no program to export.
[[nodiscard]] Status check_recorded(const Model &model);

/// The recipe of `--method` or `--recipe`, checked against the model; absent where neither is given.
/// Errors: those of `make_recipe`, `recipe_from_json` and `check`.
[[nodiscard]] Result<std::optional<MethodRecipe>> open_recipe(const Arguments &arguments, const Model &model);

/// The recipe carried out, calibrated on `inputs.data` where it has static activations; `preprocess`: where it is chosen already.
/// Errors: `usage` where such a recipe comes without data; those of `check_recorded`,
/// `choose_preprocess`, `calibrate` and `quantize`.
[[nodiscard]] Result<QuantizedModel> carry_out(const Arguments &arguments, const Inputs &inputs, const MethodRecipe &recipe,
                                               std::optional<Preprocess> preprocess, std::stop_token stop,
                                               const Progress &progress);

} // namespace ca
