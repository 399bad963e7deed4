// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string_view>
#include <vector>

namespace ca {

inline constexpr std::size_t kMostCalls = 128; ///< of one turn; OpenAI's own limit on tools

/// Gives an id, `call_<turn>_<n>`, to each call that has none, or one that another call has.
void complete_ids(std::vector<ToolCall> &calls, std::size_t turn);

/// Whether a text holds a call in one of the forms that models write and that a server should have parsed.
[[nodiscard]] bool has_unparsed_call(std::string_view text);

} // namespace ca
