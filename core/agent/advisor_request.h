// SPDX-License-Identifier: GPL-3.0-or-later
// For the files of the advisor alone.
#pragma once

#include "core/agent/advisor.h"

namespace ca {

inline constexpr std::size_t kMostReminders = 2; // to call `finish`, or to stop asking the same

/// What one request of the person has come to so far.
struct Advisor::Request {
    AdvisorEnd end{};
    bool is_begun = false, is_over = false;
    std::size_t turns = 0; ///< of a model over the network
    std::size_t reminders = 0;

    void over(AdvisorEnd::Why why)
    {
        is_over = true;
        end.why = why;
    }
};

} // namespace ca
