// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/agent_events.h"

namespace ca {

std::string to_text(CallState state)
{
    switch (state) {
    case CallState::queued:
        return "queued";
    case CallState::waiting:
        return "waiting";
    case CallState::running:
        return "running";
    case CallState::done:
        return "done";
    case CallState::failed:
        return "failed";
    case CallState::refused:
        return "refused";
    case CallState::cancelled:
        return "cancelled";
    }
    return "";
}

} // namespace ca
