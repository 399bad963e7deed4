// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/http.h"
#include "core/base/json.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// An answer whose status is an error, in whatever shape: OpenAI's, Anthropic's, Ollama's, a gateway's, a web page, nothing.
/// `now`: what a `retry-after` that is a date counts from, where the server does not tell its own time.
[[nodiscard]] ChatFailure failure_of_answer(const HttpHead &head, std::string_view body, std::chrono::sys_seconds now);

/// An error that came with status 200: within a stream, or as the whole body. Nothing where `data` tells of none.
/// `event`: the event's name, where it has one.
[[nodiscard]] std::optional<ChatFailure> failure_within(const Json &data, std::string_view event);

/// An `error` event that is no JSON.
[[nodiscard]] ChatFailure failure_of_text(std::string_view text);

[[nodiscard]] tl::unexpected<ChatFailure> bad_answer(std::string sentence);

/// Takes `key` out of the sentence and the other texts, should a server have sent it back.
void remove_key(ChatFailure &failure, std::string_view key);

} // namespace ca
