// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/stream_decoder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// Follows JSON text as it grows and knows when its outermost object or list is closed, each byte looked at once.
class JsonEnd {
public:
    void add(std::string_view text);
    [[nodiscard]] bool is_closed() const { return is_closed_; }

private:
    std::int64_t depth_ = 0;
    bool in_string_ = false, is_escaped_ = false, is_closed_ = false;
};

/// Puts the calls of one turn together from pieces, whatever a server leaves out, repeats or numbers wrongly.
class OpenAiCalls {
public:
    /// A piece: `{"index", "id", "function": {"name", "arguments", "id"}}`. A call is told of once its arguments begin.
    /// Failures: `bad_answer` over kMostCalls.
    [[nodiscard]] ChatResult<void> add(const Json &piece, Deltas &deltas);
    /// All calls, in the order in which they began; those not yet told of are.
    [[nodiscard]] std::vector<ToolCall> calls(std::size_t turn, Deltas &deltas);

private:
    struct Part {
        std::optional<std::int64_t> index;
        ToolCall call;
        JsonEnd end;
        bool is_told = false;
    };
    struct Piece;
    [[nodiscard]] Part *part_of(const Piece &piece);
    [[nodiscard]] static bool begins_another(const Part &part, const Piece &piece);
    static void tell(Part &part, Deltas &deltas);

    std::vector<Part> parts_;
};

} // namespace ca
