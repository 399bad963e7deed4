// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_model.h"

#include <string>

namespace ca {

/// What a run is begun with, where the person has said nothing else: every provider reads it.
[[nodiscard]] const std::string &study_request();

/// The advisor that needs no network and no language model: it understands what `understand` (phrases.h) reads, carries out what
/// the planner proposes, round by round, and explains what the tools say, figure by figure. It knows no more than any other model
/// does: the conversation that it is asked with. Costs nothing, and gives the same answer to the same conversation.
class OfflineAdvisor final : public ChatModel {
public:
    [[nodiscard]] ChatResult<ChatTurn> ask(const ChatRequest &request, const ChatSink &sink, std::stop_token stop) override;
    [[nodiscard]] std::string provider() const override { return "offline"; }
    [[nodiscard]] std::string name() const override { return ""; }
};

} // namespace ca
