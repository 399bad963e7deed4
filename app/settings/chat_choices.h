// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/provider_store.h"
#include "ui/chat/chat_facts.h"

namespace ca {

/// The offline planner first, then those that were set up, then what servers on this machine have: a few models of each, for the
/// dialog lists all.
[[nodiscard]] std::vector<ChatChoice> chat_choices(const ProviderStore &store, const std::vector<LocalServer> &servers);
[[nodiscard]] ChatChoice chat_choice(const ProviderStore &store, const ProviderFacts &facts);

/// Tokens that the chosen model reads, where a server on this machine says.
[[nodiscard]] std::optional<std::int64_t> context_of(const std::vector<LocalServer> &servers, const ProviderStore &store,
                                                     const ChatChoice &choice);

} // namespace ca
