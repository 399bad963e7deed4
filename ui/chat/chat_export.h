// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

namespace ca {

/// A conversation as Markdown: figures as plain numbers, calls as fenced blocks, questions of the program with their answers.
/// What was thought stays out.
[[nodiscard]] QString chat_as_markdown(const std::vector<ChatEntry> &entries);

} // namespace ca
