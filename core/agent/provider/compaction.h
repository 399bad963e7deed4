// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

namespace ca {

/// How many of the messages, from the first, may be compacted: all up to the last that calls tools, whose results are new.
[[nodiscard]] std::size_t compactable(const std::vector<ChatMessage> &messages);

/// Replaces the results of tools among the first `count` messages, except short ones, by a line that says so. Ids stay, so that
/// each call has its answer.
void compact(std::vector<ChatMessage> &messages, std::size_t count);

} // namespace ca
