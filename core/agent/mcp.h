// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"
#include "core/agent/tools/tools.h"
#include "core/base/progress.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A tool call that an agent outside waits for.
struct McpCall {
    Json id; ///< of its request: a number or a string
    ToolCall call;
    Json progress_token = nullptr; ///< null: it does not want to hear of progress
};

/// The server's side of the Model Context Protocol (modelcontextprotocol.io, revisions 2024-11-05 to 2025-11-25): lines of
/// JSON-RPC 2.0, without the pipes that carry them. It offers `tool_specs()` and nothing else. For one thread at a time.
class McpServer {
public:
    /// `version`: of this program. `instructions`: how the tools are used.
    McpServer(std::string version, std::string instructions)
        : version_(std::move(version)), instructions_(std::move(instructions))
    {
    }

    /// What a line of the client asks for.
    struct Reaction {
        std::optional<std::string> send{}; ///< a line to send at once
        std::optional<McpCall> call{};     ///< a call to carry out; `answer` is what is sent then
        std::optional<Json> cancelled{};   ///< the id of a call that nobody waits for any more
    };
    /// Any line, also one that is no JSON. Lines of more than 4 MiB are the caller's to refuse.
    [[nodiscard]] Reaction take(std::string_view line);

    // Lines to send.
    [[nodiscard]] static std::string answer(const McpCall &call, const ToolAnswer &answer);
    [[nodiscard]] static std::string failure(const McpCall &call, const std::string &sentence); ///< in place of an answer
    /// `done` grows from report to report. Nothing where the client does not want to hear of it.
    [[nodiscard]] static std::optional<std::string> progress(const McpCall &call, const ProgressReport &report,
                                                             std::uint64_t done);

private:
    [[nodiscard]] Reaction request(const Json &message);
    [[nodiscard]] Reaction call_tool(const Json &message);

    std::string version_, instructions_;
    bool is_initialized_ = false;
};

} // namespace ca
