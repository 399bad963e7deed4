// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace ca {

/// CLIP's byte-level BPE: NFC, white space folded, lower case, the pattern of OpenAI's `simple_tokenizer`, merges by rank. Equal
/// to Hugging Face's `CLIPTokenizer`. A value; copies share the tables; safe from several threads.
class ClipTokenizer {
public:
    /// Reads `vocab.json` and `merges.txt` of the folder. Errors: `not_found` naming the file; `bad_format` with the line.
    [[nodiscard]] static Result<ClipTokenizer> open(const std::filesystem::path &folder);

    /// With start and end token; at most `context` ids, the last then the end token.
    [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text, std::size_t context) const;

    [[nodiscard]] std::int64_t start() const;
    [[nodiscard]] std::int64_t end() const;
    [[nodiscard]] std::size_t size() const; ///< entries of the vocabulary

private:
    struct Tables;
    std::shared_ptr<const Tables> tables_;
};

} // namespace ca
