// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string_view>

namespace ca {

/// What a server's word for the end of an answer means. Of both dialects, and of the servers that imitate them; unknown words are
/// good ends. Empty: `truncated`. Some servers say `stop` and want tools called, so that `has_calls` decides between the two.
[[nodiscard]] TurnEnd turn_end(std::string_view reason, bool has_calls);

} // namespace ca
