// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/stream_decoder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// An answer of Anthropic Messages.
class AnthropicDecoder final : public StreamDecoder {
public:
    explicit AnthropicDecoder(std::size_t turn) : turn_(turn) { }

protected:
    ChatResult<bool> take(std::string_view event, const Json &data, Deltas &deltas) override;
    ChatTurn turn(Deltas &deltas) override;

private:
    struct Block {
        std::int64_t index = 0;  ///< by which its pieces name it
        Json start{};            ///< as it came; what it is, and what is only passed on
        std::string text{};      ///< of a text or of thinking
        std::string signature{}; ///< of thinking
        std::string input{};     ///< of a call: its JSON as it comes
        bool is_closed = false;  ///< only then a call's input is whole
        [[nodiscard]] std::string type() const;
        [[nodiscard]] ToolCall call() const;
        [[nodiscard]] std::optional<Json> whole() const; ///< to be sent back; nothing where it is not
    };
    [[nodiscard]] Block *latest(std::int64_t index);
    ChatResult<bool> begin_block(std::int64_t index, const Json &start, Deltas &deltas);
    void add_to_block(std::int64_t index, const Json &delta, Deltas &deltas);
    ChatResult<bool> take_message(const Json &message, Deltas &deltas);
    void take_stop(const Json &delta);
    void take_usage(const Json *usage, bool at_end);
    [[nodiscard]] std::string text_of(const char *type) const;
    [[nodiscard]] Usage usage_of(const ChatTurn &turn) const;
    [[nodiscard]] Json opaque_blocks(TurnEnd end) const;

    std::size_t turn_;
    std::vector<Block> blocks_; ///< in the order in which they began
    std::string stop_reason_, explanation_;
    std::int64_t input_ = 0, cached_ = 0, cache_written_ = 0, output_ = 0; ///< tokens; `input_`: those of no cache
    bool is_counted_ = false;                                              ///< to the end
};

} // namespace ca
