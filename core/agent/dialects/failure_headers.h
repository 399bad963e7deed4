// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/http.h"

#include <chrono>
#include <optional>
#include <string>

namespace ca {

/// Seconds from `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110, section 10.2.3). A date counts from the
/// answer's own `date`, else from `now`. Nothing where there is none, it makes no sense, or it has passed.
[[nodiscard]] std::optional<double> retry_after(const HttpHead &head, std::chrono::sys_seconds now);

/// `x-should-retry`.
[[nodiscard]] std::optional<bool> should_retry(const HttpHead &head);

/// By which the vendor finds the request: `request-id` or `x-request-id`.
[[nodiscard]] std::string request_id(const HttpHead &head);

} // namespace ca
