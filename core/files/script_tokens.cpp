// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/script_tokens.h"

#include <algorithm>

namespace ca {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

} // namespace

void ScriptTokens::skip_space()
{
    for (; at_ < source_.size(); ++at_) {
        const char c = source_[at_];
        if (c == '\n') {
            ++line_;
            line_begin_ = at_ + 1;
            fresh_ = true;
        } else if (c == '#') {
            at_ = std::min(source_.find('\n', at_), source_.size()) - 1;
        } else if (static_cast<unsigned char>(c) > ' ') {
            return;
        }
    }
}

/// Strings end with their line, unless they begin with three quotes.
std::size_t ScriptTokens::string_end() const
{
    const char quote = source_[at_];
    const bool triple = source_.substr(at_, 3) == std::string_view(quote == '"' ? R"(""")" : "'''");
    for (std::size_t i = at_ + (triple ? 3 : 1); i < source_.size(); ++i) {
        if (source_[i] == '\\')
            ++i;
        else if (triple ? source_.substr(i, 3) == source_.substr(at_, 3) : source_[i] == quote || source_[i] == '\n')
            return i + (triple ? 3 : 1);
    }
    return source_.size();
}

std::optional<ScriptToken> ScriptTokens::next()
{
    skip_space();
    if (at_ >= source_.size())
        return std::nullopt;
    if (fresh_)
        indent_ = at_ - line_begin_;
    ScriptToken token{ScriptToken::Kind::mark, {}, line_, indent_, fresh_};
    fresh_ = false;
    std::size_t end = at_ + 1;
    const char c = source_[at_];
    if (c == '"' || c == '\'') {
        token.kind = ScriptToken::Kind::string;
        end = std::min(string_end(), source_.size());
    } else if (is_word(c)) {
        token.kind = is_digit(c) ? ScriptToken::Kind::number : ScriptToken::Kind::name;
        // A number may hold a point and an exponent; its sign is a mark of its own, which changes nothing here.
        while (end < source_.size() && (is_word(source_[end]) || (is_digit(c) && source_[end] == '.')))
            ++end;
    }
    token.text = source_.substr(at_, end - at_);
    line_ += static_cast<int>(std::count(token.text.begin(), token.text.end(), '\n'));
    at_ = end;
    return token;
}

} // namespace ca
