// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ca {

/// A list of models of any vendor: `data` of OpenAI, Anthropic, llama.cpp, LM Studio and vLLM, `models` of Ollama's own, or a
/// bare list; and the id with which the next page begins, empty where this was the last. Failures: `bad_answer`.
[[nodiscard]] ChatResult<std::pair<std::vector<ListedModel>, std::string>> listed_models(std::string_view body);

} // namespace ca
