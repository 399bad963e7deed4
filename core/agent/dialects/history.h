// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string_view>
#include <vector>

namespace ca {

/// The messages in the form that both vendors take: each call is answered at once and in its order, "cancelled" where it was not;
/// answers to no call and messages that say nothing are left out.
[[nodiscard]] std::vector<ChatMessage> legal_history(const std::vector<ChatMessage> &messages);

/// The arguments of a call as an object, which servers insist on: `{"not_json": "…"}` of those that the model wrote wrongly.
[[nodiscard]] Json sendable_arguments(std::string_view arguments);

} // namespace ca
