// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_failure.h"
#include "core/agent/dialects/failure_body.h"

#include <string>

namespace ca {

/// By what the body says, and where it says nothing of use, by the status. `status`: 0 within a stream.
[[nodiscard]] FailureKind failure_kind(int status, const ErrorBody &body);

/// The parameter that the request is refused for, by the name that is_droppable() knows where it is one of these; else as the
/// server wrote it, cleaned; empty where it names none.
[[nodiscard]] std::string refused_parameter(const ErrorBody &body);

/// What happened, and what to do about it, with the server's words in quotes.
[[nodiscard]] std::string failure_sentence(FailureKind kind, int status, const ErrorBody &body);

} // namespace ca
