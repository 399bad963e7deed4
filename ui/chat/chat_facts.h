// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/agent_events.h"
#include "core/agent/tools/consent.h"

#include <QString>

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace ca {

/// What the person said, or what was answered.
struct ChatSaid {
    QString id; ///< the app's, of this message among all branches
    ChatRole role = ChatRole::user;
    std::vector<TextSpan> text{};
    QString thinking{};
    TurnEnd end = TurnEnd::complete; ///< of an answer
    bool has_unparsed_call = false;
    // Which of the messages that were said in its place; `branches` is 1 where there is no other
    int branch = 1, branches = 1;
};

struct ChatNotice {
    QString sentence;
};

struct ChatConsent {
    QString id;
    ConsentRequest request;
    std::optional<Decision> decision{}; ///< absent: it waits
};

/// One thing of a conversation, as it stands in the transcript.
using ChatEntry = std::variant<ChatSaid, CallCard, ChatConsent, ChatNotice>;

/// Who may be talked to.
struct ChatChoice {
    QString provider, model; ///< the app's words for them
    QString title;           ///< "gpt-5 · OpenAI", "offline planner"
    bool operator==(const ChatChoice &) const = default;
};

enum class ChatActivity {
    idle,        ///< a message can be sent
    answering,   ///< it can be stopped
    interrupted, ///< it was, and can go on
};

[[nodiscard]] std::vector<TextSpan> plain_text(std::string_view text);
/// Without the marks of its figures.
[[nodiscard]] QString text_of(const std::vector<TextSpan> &spans);

} // namespace ca
