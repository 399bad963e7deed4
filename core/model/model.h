// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/files/inspect_file.h"
#include "core/model/zero_shot.h"
#include "core/program/program.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// What a network takes and gives.
struct InputSpec {
    std::int64_t channels = 3, height = 0, width = 0;
    std::int64_t outputs = 0; ///< columns of its output
    bool operator==(const InputSpec &) const = default;
};

/// A loaded network. A value; copies share the weights.
struct Model {
    std::filesystem::path file;
    std::string name;            ///< the file's name without its endings
    std::string sha256;          ///< of the file
    std::int64_t parameters = 0; ///< without buffers
    InputSpec input;
    Program program; ///< float32, unfused: the reference
    Program
        plain; ///< the frozen TorchScript module through its interpreter, as one step; empty for files that are not TorchScript
    std::string preprocess; ///< what the model states of itself, for `parse_preprocess`; empty where it states nothing
    std::optional<ZeroShotPrompts> zero_shot; ///< of a CLIP model, whose program gives a column for each class
    std::vector<std::string> output_names;    ///< of the network's outputs, where the file tells them; else empty
    std::vector<std::string> notes;           ///< what a person should know: how it runs, what was assumed

    /// False for weights alone: they can be looked at, quantized and exported, not run.
    [[nodiscard]] bool has_network() const { return input.outputs > 0; }
};

struct LoadOptions {
    /// Image sides to try first (height, width), for instance the data set's. Then 32 and 224, in the order that the file's first
    /// convolution and its classes suggest, then 28, 64, 96, 128, 256, 299, 384 …
    std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
    /// What a person asked for; networks that take any size take this one.
    std::optional<std::pair<std::int64_t, std::int64_t>> size;
    bool trust = false;     ///< load a file whose code does more than compute
    std::uint64_t seed = 0; ///< of random weights
    PromptMaker prompts;    ///< what a CLIP model is asked; without it, it cannot be loaded
    /// Loads a TorchScript file somewhere where it can do no harm, before this process does (core/model/first_load.h).
    std::function<Status(const std::filesystem::path &, const LoadOptions &, std::stop_token)> first_load;
};

/// Inspects a model file or a Hugging Face folder and makes a network of it: a TorchScript file is recorded, which runs it on
/// random images of each size until one fits; weights under the names of an architecture that is built in become that network;
/// other weights stay without one, which a note says. Errors: those of `inspect_file`; `unsafe` (the finding named); `bad_format`
/// where it does not load; `unsupported` where its input is no image or its output no table of numbers; `cancelled`.
[[nodiscard]] Result<Model> load_model(const std::filesystem::path &file, const LoadOptions &options, std::stop_token stop,
                                       const Progress &progress);

/// A model of the zoo at full size with seeded random weights, for measuring speed without a download. `tokenizer_folder`: of the
/// files that CLIP's prompts need. Errors: `usage` for a key that is none; those of the prompt maker.
[[nodiscard]] Result<Model> random_model(const std::string &key, const std::filesystem::path &tokenizer_folder,
                                         const LoadOptions &options);

} // namespace ca
