// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ca {

/// Class names as sentences, in tokens: what a CLIP model's text tower turns into one embedding a class.
struct ZeroShotPrompts {
    std::vector<std::string> classes;
    std::vector<std::string> templates;
    /// classes x templates rows, class after class; each from the start to the end token, so their lengths differ.
    std::vector<std::vector<std::int64_t>> tokens;
};

/// Makes the prompts with the tokenizer files of a CLIP model's folder; `context`: the most tokens that the model takes.
using PromptMaker = std::function<Result<ZeroShotPrompts>(const std::filesystem::path &folder, std::size_t context)>;

} // namespace ca
