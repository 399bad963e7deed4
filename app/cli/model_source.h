// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/fetcher.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

#include <filesystem>
#include <stop_token>

namespace ca {

/// What `--model` and `--weights` mean.
struct ModelSource {
    std::filesystem::path file;    ///< or folder; with random weights that of the tokenizer
    const ZooEntry *zoo = nullptr; ///< of a zoo key
    bool random = false;           ///< random weights
};

/// Everything named that must be there already, looked at before anything is downloaded. Errors: `not_found`, `usage`.
[[nodiscard]] Status check_names(const Arguments &arguments);

/// What can be opened without a download. A zoo key is a key also where a file of that name is; `./resnet18` is the file. Errors:
/// `not_found`, which says how to get it; `usage` for `--weights` without a key.
[[nodiscard]] Result<ModelSource> find_model(const std::string &model, const std::string &weights);
/// The same; a zoo model that is missing is fetched. Errors: as above, and those of `fetch_zoo_model`.
[[nodiscard]] Result<ModelSource> get_model(const Arguments &arguments, const Fetch &fetch, std::stop_token stop,
                                            const Progress &progress);

/// The folder that `--data` means; CIFAR-10 is fetched where it is missing. Errors: those of `fetch_cifar10` and `demo_data`.
[[nodiscard]] Result<std::filesystem::path> get_data(const std::string &data, const Fetch &fetch, std::stop_token stop,
                                                     const Progress &progress);

/// Loads it, a zoo model with its published preprocessing. Errors: those of `load_model`; `bad_format` for weights of another
/// network than the key's.
[[nodiscard]] Result<Model> load_source(const ModelSource &source, const LoadOptions &options, std::stop_token stop,
                                        const Progress &progress);

/// What a CLIP model is asked: `--classes` and `--templates`, else the data's classes in the 18 published templates, else
/// CIFAR-10's classes. Errors: those of reading the files; of names that no prompts can be made of only when they are made.
[[nodiscard]] Result<PromptMaker> prompts_of(const Arguments &arguments, const std::optional<DataSet> &data);

/// Gives the outputs of a network that is no CLIP the names of `--classes`. Errors: those of reading the file; `bad_data` where
/// it does not have one for each output.
[[nodiscard]] Status name_outputs(const Arguments &arguments, Model &model);

} // namespace ca
