// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_failure.h"

#include <optional>

namespace ca {

inline constexpr int kMostRetries = 2;

/// What differs between servers.
struct RetryRule {
    double longest_wait = 120; ///< seconds that a server may ask for; 60 of Anthropic's SDK, 120 of OpenAI's
    bool is_local = false;     ///< it is overloaded while it loads a model, which takes longer
};

/// Seconds to wait before the request is sent again, or nothing where it is not. The law of the vendors' SDKs: twice at most,
/// after min(0.5 * 2^retries_made, 8) s, shortened by up to a quarter; from 2 s (4 s: local) on where the server is overloaded;
/// what the server asks for where that is at most `longest_wait`, and no retry where it is more. Not after a part of the answer
/// was shown; not where the next answer would be the same (key, billing, permission, a request that is not taken); not where the
/// server says so. Once where an answer could not be read and the server may do better. `random`: 0..1.
[[nodiscard]] std::optional<double> retry_delay(const ChatFailure &failure, int retries_made, double random,
                                                const RetryRule &rule = {});

} // namespace ca
