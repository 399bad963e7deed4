// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/script_loops.h"

#include <algorithm>
#include <cstdint>

namespace ca {
namespace {

constexpr std::size_t kLongestStatement = 4096; // tokens that are kept of one
constexpr std::size_t kMostLoops = 200;         // open ones: deeper nesting is a finding of its own
constexpr std::uint64_t kMostRounds = 10'000'000;

using Tokens = std::vector<ScriptToken>;

bool opens(const ScriptToken &token)
{
    return token.is("(") || token.is("[") || token.is("{");
}

bool closes(const ScriptToken &token)
{
    return token.is(")") || token.is("]") || token.is("}");
}

/// The tokens between commas that no bracket holds.
std::vector<Tokens> parts(const Tokens &tokens)
{
    std::vector<Tokens> all(1);
    int depth = 0;
    for (const ScriptToken &token : tokens) {
        depth += opens(token) ? 1 : closes(token) ? -1 : 0;
        if (depth == 0 && token.is(","))
            all.emplace_back();
        else
            all.back().push_back(token);
    }
    return all;
}

/// Where the `=` of an assignment stands, or the length where there is none.
std::size_t assignment(const Tokens &tokens)
{
    int depth = 0;
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
        depth += opens(tokens[i - 1]) ? 1 : closes(tokens[i - 1]) ? -1 : 0;
        if (depth == 0 && tokens[i].is("=") && !tokens[i + 1].is("="))
            return i;
    }
    return tokens.size();
}

bool is_true(const Tokens &tokens)
{
    return tokens.size() == 1 && tokens[0].is("True");
}

/// Whether the number, as it is written, is larger than a loop's rounds should be.
bool is_endless(std::string_view digits)
{
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > kMostRounds)
            return true;
    }
    return false;
}

bool is_constant(const Tokens &condition)
{
    return std::all_of(condition.begin(), condition.end(), [](const ScriptToken &token) {
        return token.kind != ScriptToken::Kind::name || token.is("True") || token.is("or") || token.is("and");
    });
}

} // namespace

bool ScriptLoops::may_change(std::string_view name) const
{
    const std::size_t equals = assignment(statement_);
    if (equals == statement_.size())
        return false;
    const auto targets = parts({statement_.begin(), statement_.begin() + static_cast<std::ptrdiff_t>(equals)});
    const auto values = parts({statement_.begin() + static_cast<std::ptrdiff_t>(equals) + 1, statement_.end()});
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto &target = targets[i];
        const bool names_it = std::any_of(target.begin(), target.end(), [&](const ScriptToken &t) { return t.is(name); });
        if (names_it && (targets.size() != values.size() || !is_true(values[i])))
            return true;
    }
    return false;
}

void ScriptLoops::open_loop()
{
    const auto colon = std::find_if(statement_.begin(), statement_.end(), [](const ScriptToken &t) { return t.is(":"); });
    const Tokens condition(statement_.begin() + 1, colon);
    Loop loop{statement_[0].line, statement_[0].indent, {}, false};
    if (condition.size() == 1 && condition[0].kind == ScriptToken::Kind::name && !condition[0].is("True"))
        loop.condition = condition[0].text;
    else
        loop.can_end = !is_constant(condition);
    if (loops_.size() < kMostLoops)
        loops_.push_back(loop);
}

void ScriptLoops::close_loops(std::size_t indent, std::vector<int> &endless)
{
    for (; !loops_.empty() && loops_.back().indent >= indent; loops_.pop_back())
        if (!loops_.back().can_end)
            endless.push_back(loops_.back().line);
}

void ScriptLoops::end_statement(std::vector<int> &endless)
{
    if (statement_.empty())
        return;
    const bool leaves = statement_[0].is("break") || statement_[0].is("return") || statement_[0].is("raise");
    close_loops(statement_[0].indent, endless);
    for (Loop &loop : loops_)
        loop.can_end = loop.can_end || leaves || (!loop.condition.empty() && may_change(loop.condition));
    if (statement_[0].is("while"))
        open_loop();
    for (std::size_t i = 3; i < statement_.size(); ++i)
        if (statement_[i - 3].is("range") && statement_[i - 2].is("(") && statement_[i].is(")")
            && is_endless(statement_[i - 1].text))
            endless.push_back(statement_[i].line);
}

std::vector<int> ScriptLoops::follow(const ScriptToken &token)
{
    std::vector<int> endless;
    if (token.first_in_line && brackets_ == 0) {
        end_statement(endless);
        statement_.clear();
    }
    if (statement_.size() < kLongestStatement)
        statement_.push_back(token);
    brackets_ += opens(token) ? 1 : 0;
    brackets_ -= closes(token) && brackets_ > 0 ? 1 : 0;
    return endless;
}

std::vector<int> ScriptLoops::finish()
{
    std::vector<int> endless;
    end_statement(endless);
    close_loops(0, endless);
    return endless;
}

} // namespace ca
