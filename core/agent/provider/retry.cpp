// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/retry.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr double kFirstDelay = 0.5, kLongestDelay = 8; // seconds
constexpr double kFirstOverloaded = 2, kFirstLoading = 4;
constexpr double kJitter = 0.25;

/// May the next answer be another?
bool is_passing(const ChatFailure &failure, int retries_made)
{
    switch (failure.kind) {
    case FailureKind::connection:
    case FailureKind::busy:
    case FailureKind::rate:
    case FailureKind::overloaded:
    case FailureKind::server:
        return failure.should_retry.value_or(true);
    case FailureKind::bad_answer:
        return failure.should_retry.value_or(false) && retries_made == 0;
    default:
        return false;
    }
}

double first_delay(const ChatFailure &failure, const RetryRule &rule)
{
    if (failure.kind != FailureKind::overloaded)
        return kFirstDelay;
    return rule.is_local ? kFirstLoading : kFirstOverloaded;
}

} // namespace

std::optional<double> retry_delay(const ChatFailure &failure, int retries_made, double random, const RetryRule &rule)
{
    if (retries_made >= kMostRetries || failure.after_content || !is_passing(failure, retries_made))
        return std::nullopt;
    if (failure.retry_after) {
        if (*failure.retry_after > rule.longest_wait)
            return std::nullopt;
        return *failure.retry_after;
    }
    const double delay = std::min(std::ldexp(first_delay(failure, rule), retries_made), kLongestDelay);
    return delay * (1 - kJitter * std::clamp(random, 0.0, 1.0));
}

} // namespace ca
