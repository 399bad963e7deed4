// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

namespace ca {

/// A request of Anthropic Messages, streamed. Its cache is asked to keep the tools, the system text and the conversation so far.
[[nodiscard]] HttpRequest anthropic_request(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped);

/// The headers that each request has; with a body or without.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> anthropic_headers(const Endpoint &endpoint);

} // namespace ca
