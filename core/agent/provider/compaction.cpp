// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/compaction.h"

namespace ca {

std::size_t compactable(const std::vector<ChatMessage> &messages)
{
    for (std::size_t i = messages.size(); i > 0; --i)
        if (!messages[i - 1].calls.empty())
            return i - 1;
    return 0;
}

void compact(std::vector<ChatMessage> &messages, std::size_t count)
{
    constexpr std::size_t kShort = 200; // bytes; about as long as what would take its place
    for (std::size_t i = 0; i < count && i < messages.size(); ++i) {
        ChatMessage &message = messages[i];
        if (message.role == ChatRole::tool && message.text.size() > kShort)
            message.text = "This result (" + std::to_string(message.text.size())
                + " bytes) was left out, because the conversation is long. Call the tool again to see it.";
    }
}

} // namespace ca
