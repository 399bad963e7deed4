// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ca {

/// A piece of TorchScript source.
struct ScriptToken {
    enum class Kind { name, number, string, mark } kind = Kind::mark; ///< a mark is one character
    std::string_view text;
    int line = 1;
    std::size_t indent = 0; ///< of its line, in spaces
    bool first_in_line = false;

    [[nodiscard]] bool is(std::string_view mark) const { return kind != Kind::string && text == mark; }
};

/// Cuts source into tokens, one after the other, without comments and white space.
class ScriptTokens {
public:
    explicit ScriptTokens(std::string_view source) : source_(source) { }
    /// Absent at the end.
    [[nodiscard]] std::optional<ScriptToken> next();

private:
    void skip_space();
    [[nodiscard]] std::size_t string_end() const;

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::size_t line_begin_ = 0;
    std::size_t indent_ = 0;
    bool fresh_ = true; ///< nothing stands in this line yet
};

} // namespace ca
