// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ca {

/// What a study used of language models.
struct LanguageModelUse {
    std::string provider = "offline"; ///< of the last that was asked
    std::string model;                ///< likewise; empty: none was
    std::size_t requests = 0;
    std::int64_t input_tokens = 0, output_tokens = 0;
    std::optional<double> cost = 0; ///< US dollars; absent where a price is not known
    bool operator==(const LanguageModelUse &) const = default;
};
[[nodiscard]] OrderedJson to_json(const LanguageModelUse &use);

/// Counts an entry of the transcript: of the kind `turn`, by a model that is not `offline`; others change nothing.
void add_turn(LanguageModelUse &use, const Json &entry);

} // namespace ca
