// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

namespace ca {

/// Why a provider gave no answer; decides what is done about it.
enum class FailureKind {
    cancelled,
    connection,  ///< no route, refused, reset, no TLS, nothing for longer than the idle limit
    bad_request, ///< the server does not take the request; `parameter` names what it does not take, where it says so
    key,         ///< missing, wrong, expired
    billing,     ///< no money or quota left
    permission,
    not_found,    ///< no such model, or no such address
    too_large,    ///< the request is longer than the server takes
    context_full, ///< longer than the model reads; `context` says how long that is, where it is known
    busy,         ///< a timeout or lock on the server
    rate,         ///< too many requests
    overloaded,   ///< the server has no room
    server,       ///< it failed
    bad_answer,   ///< what came back is no answer of this dialect
};

struct ChatFailure {
    FailureKind kind = FailureKind::connection;
    std::string sentence; ///< what happened, and what to do about it; cleaned, without key or address of the person
    int http_status = 0;  ///< 0: the connection failed, or the failure came within the stream
    std::string parameter{};
    std::optional<std::int64_t> context{}; ///< tokens
    std::optional<double> retry_after{};   ///< seconds, as the server asks
    std::optional<bool> should_retry{};    ///< as the server says (`x-should-retry`)
    bool after_content = false;            ///< a part of the answer was shown already, so it may not be asked again
    std::string request_id{};
    Usage usage{}; ///< of what came before it, which is paid for; zero where nothing did
};

template <typename T>
using ChatResult = tl::expected<T, ChatFailure>;

} // namespace ca
