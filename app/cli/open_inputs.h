// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/fetcher.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "core/program/device.h"
#include "core/quantize/quantize.h"

#include <optional>
#include <stop_token>

namespace ca {

enum class Computes { on_the_processor, on_any_device };
/// What this version can do at all, before anything is opened: the device. Errors: `unsupported`.
[[nodiscard]] Status check_possible(const Arguments &arguments, Computes where = Computes::on_the_processor);
/// Of `--device`; the parser knows the words.
[[nodiscard]] Device device_of(const Arguments &arguments);

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

} // namespace ca
