// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

namespace ca {

/// A request of OpenAI Chat Completions, streamed. The same conversation gives the same bytes, so that caches hit.
[[nodiscard]] HttpRequest openai_request(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped);

} // namespace ca
