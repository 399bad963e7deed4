// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/conversation_tree.h"
#include "core/study/study.h"

namespace ca {

/// The conversation in a study's transcript, as it was held: what was said, with its branches, and what the advisor remembers.
/// Entries of other kinds, or that are not what they should be, are passed over. Figures of summaries are looked up in `study`.
[[nodiscard]] ConversationTree read_conversation(const std::vector<Json> &transcript, const Study &study);

} // namespace ca
