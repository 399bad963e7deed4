// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/chat.h"

namespace ca {

Usage &Usage::operator+=(const Usage &other)
{
    input += other.input;
    cached += other.cached;
    cache_written += other.cache_written;
    output += other.output;
    estimated = estimated || other.estimated;
    return *this;
}

bool may_call_tools(const ChatTurn &turn)
{
    return turn.end == TurnEnd::tool_calls && !turn.message.calls.empty();
}

} // namespace ca
