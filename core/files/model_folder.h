// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A Hugging Face folder: `config.json` and the weights, in one file or in shards.
struct ModelFolder {
    std::filesystem::path folder;
    Json config;                                ///< `config.json`
    std::optional<Json> preprocessor;           ///< `preprocessor_config.json`
    std::vector<std::filesystem::path> weights; ///< one file, or the shards by name
    std::map<std::string, std::size_t> shards;  ///< tensor name -> number of its shard in `weights`; empty for one file
    std::string architecture;                   ///< `model_type` of `config.json`, `clip`; else its first of `architectures`
};

/// True for a folder that holds a `config.json`.
[[nodiscard]] bool is_model_folder(const std::filesystem::path &folder);

/// Errors: `not_found`; `bad_format` where config.json is damaged, or weights are missing (the sentence names the files that are
/// looked for), or the index names a file outside of the folder.
[[nodiscard]] Result<ModelFolder> open_model_folder(const std::filesystem::path &folder);

} // namespace ca
