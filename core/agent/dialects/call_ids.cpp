// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/call_ids.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace ca {

void complete_ids(std::vector<ToolCall> &calls, std::size_t turn)
{
    std::set<std::string> taken;
    std::vector<ToolCall *> without;
    for (ToolCall &call : calls)
        if (call.id.empty() || !taken.insert(call.id).second)
            without.push_back(&call);
    std::size_t number = 0;
    for (ToolCall *const call : without)
        do
            call->id = "call_" + std::to_string(turn) + "_" + std::to_string(++number);
        while (!taken.insert(call->id).second);
}

bool has_unparsed_call(std::string_view text)
{
    // Hermes and Qwen; LM Studio; Llama; Mistral; DeepSeek; Kimi; some fine-tunes.
    constexpr std::array<std::string_view, 8> kMarks{"<tool_call>",  "[TOOL_REQUEST]", "<|python_tag|>", "[TOOL_CALLS]",
                                                     "<｜tool▁call", "<|tool_call",    "<function=",     "<function_call>"};
    return std::any_of(kMarks.begin(), kMarks.end(),
                       [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

} // namespace ca
