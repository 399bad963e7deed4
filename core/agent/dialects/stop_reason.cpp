// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/stop_reason.h"

#include <array>

namespace ca {
namespace {

struct Reason {
    std::string_view word;
    TurnEnd end;
};

constexpr std::array kReasons{
    Reason{"", TurnEnd::truncated},
    Reason{"length", TurnEnd::length},
    Reason{"max_tokens", TurnEnd::length},
    Reason{"content_filter", TurnEnd::refused},
    Reason{"refusal", TurnEnd::refused},
    Reason{"pause_turn", TurnEnd::paused},
    Reason{"model_context_window_exceeded", TurnEnd::context_full},
    // The server gave up: vLLM and SGLang, DeepSeek, gateways; Ollama passes on that a model was loaded or unloaded.
    Reason{"abort", TurnEnd::truncated},
    Reason{"error", TurnEnd::truncated},
    Reason{"cancelled", TurnEnd::truncated},
    Reason{"insufficient_system_resource", TurnEnd::truncated},
    Reason{"load", TurnEnd::truncated},
    Reason{"unload", TurnEnd::truncated},
};

} // namespace

TurnEnd turn_end(std::string_view reason, bool has_calls)
{
    for (const Reason &row : kReasons)
        if (row.word == reason)
            return row.end;
    return has_calls ? TurnEnd::tool_calls : TurnEnd::complete;
}

} // namespace ca
