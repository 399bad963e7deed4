// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Pieces of answers as the vendors stream them (section 1.2 and 1.4 of the protocols' description), to be put together.
namespace openai {

[[nodiscard]] std::string event(std::string_view json); ///< `data: …` and a blank line
[[nodiscard]] std::string delta(std::string_view delta_json);
[[nodiscard]] std::string role();
[[nodiscard]] std::string text(std::string_view words);
[[nodiscard]] std::string call(int index, std::string_view id, std::string_view name, std::string_view arguments);
[[nodiscard]] std::string arguments(int index, std::string_view piece);
[[nodiscard]] std::string finish(std::string_view reason);
[[nodiscard]] std::string usage(int prompt, int completion, int cached = 0);
[[nodiscard]] std::string done();
[[nodiscard]] std::string error(std::string_view type, std::string_view message, std::string_view code = {},
                                std::string_view param = {}); ///< as JSON

/// A whole answer: text, usage of 100 and 7 tokens.
[[nodiscard]] std::string answer(std::string_view words);
/// One call, usage as above.
[[nodiscard]] std::string answer_with_call(std::string_view name, std::string_view arguments);

} // namespace openai

namespace anthropic {

[[nodiscard]] std::string event(std::string_view name, std::string_view json);
[[nodiscard]] std::string start(int input, int created = 0, int read = 0);
[[nodiscard]] std::string block(int index, std::string_view content_json);
[[nodiscard]] std::string text_block(int index, const std::vector<std::string> &pieces);
[[nodiscard]] std::string call_block(int index, std::string_view id, std::string_view name,
                                     const std::vector<std::string> &pieces);
[[nodiscard]] std::string delta(int index, std::string_view delta_json);
[[nodiscard]] std::string text_delta(int index, std::string_view words);
[[nodiscard]] std::string arguments_delta(int index, std::string_view piece);
[[nodiscard]] std::string block_end(int index);
[[nodiscard]] std::string end(std::string_view reason, int output);
[[nodiscard]] std::string stop();
[[nodiscard]] std::string error(std::string_view type, std::string_view message); ///< as JSON

[[nodiscard]] std::string answer(std::string_view words);
[[nodiscard]] std::string answer_with_call(std::string_view name, std::string_view arguments);

} // namespace anthropic

/// As a JSON string with its quotes; bytes that are not ASCII stay as they are.
[[nodiscard]] std::string json_text(std::string_view text);
