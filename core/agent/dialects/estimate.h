// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string_view>

namespace ca {

/// Four bytes a token: what English and JSON come to. For what a server did not count.
[[nodiscard]] std::int64_t estimated_tokens(std::string_view text);

/// Of all that is sent with a request.
[[nodiscard]] std::int64_t estimated_tokens(const ChatRequest &request);

/// Of all that was answered.
[[nodiscard]] std::int64_t estimated_tokens(const ChatTurn &turn);

/// The turn's usage; what the server left open is estimated, and the whole marked as such.
[[nodiscard]] Usage usage_or_estimate(const ChatRequest &request, const ChatTurn &turn);

} // namespace ca
