// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/files/weight_file.h"
#include "core/model/architectures/recognise.h"
#include "core/model/model.h"

#include <optional>
#include <string>
#include <vector>

namespace ca {

/// What stands beside the weights.
struct WeightsContext {
    std::filesystem::path folder; ///< where CLIP's tokenizer files are looked for
    Json config;                  ///< `config.json`, null without one
};

/// The network of an architecture that `recognise` found, with the weights of the file: program, input, notes, prompts. The rest
/// of the model is the caller's. Nothing, and a clause in `mismatch`, where tensors are missing, have other shapes or are not the
/// network's, or where a CLIP model has no tokenizer. Errors: those of reading; `unsupported` for a CLIP model without prompts;
/// those of the prompt maker.
[[nodiscard]] Result<std::optional<Model>> build_network(const WeightFile &file, const Recognised &recognised,
                                                         const WeightsContext &context, const LoadOptions &options,
                                                         std::string &mismatch);

/// A network of the zoo at full size with seeded random weights. Errors: `usage` for a key that is none; as above.
[[nodiscard]] Result<Model> build_random_network(const std::string &key, const std::filesystem::path &tokenizer_folder,
                                                 const LoadOptions &options);

} // namespace ca
