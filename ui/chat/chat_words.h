// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"
#include "ui/common/theme.h"

/// What the chat says of tokens, calls and ends of turns.
namespace ca::words {

/// Text of a model, a tool or a person without what could disturb a window or turn a line around. Line ends and tabs stay.
[[nodiscard]] QString tame(const QString &text);

[[nodiscard]] QString tokens(std::int64_t count); ///< "950", "12.4k", "1.2M"
/// "12.4k in, 1.1k out · $0.03", "… · price unknown", "… · estimate"
[[nodiscard]] QString meter(const Usage &usage, std::optional<double> dollars);
[[nodiscard]] QString meter_details(const Usage &usage, std::optional<double> dollars);

[[nodiscard]] QString elapsed(double seconds);             ///< "0.4 s", "12 s", "3 min 5 s"
[[nodiscard]] QString whole_seconds(std::int64_t seconds); ///< "4 s", "3 min 5 s"

/// A shape and a word: "✓ done", "● running · 12 s".
[[nodiscard]] QString call_state(CallState state, double seconds);
[[nodiscard]] QColor call_color(CallState state, const Theme &theme);

/// Empty where a turn ended as it should.
[[nodiscard]] QString end_mark(TurnEnd end);
[[nodiscard]] QString decision(const Decision &decision); ///< "✓ Approved", "⊘ Refused: too slow"
[[nodiscard]] QString consent_mode(ConsentMode mode);

/// "max_drop" is "max drop"
[[nodiscard]] QString argument_name(const std::string &key);
/// Of an argument, on one line: lists with commas, objects as JSON; what is very long is cut.
[[nodiscard]] QString argument_value(const Json &value);
[[nodiscard]] QString indented(const Json &value);

} // namespace ca::words
