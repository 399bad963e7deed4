// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/markdown_text.h"

#include "core/report/document/shown_text.h"

#include <algorithm>

namespace ca::report {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// The colon of `http://`, the point of `www.`.
bool makes_link(std::string_view text, std::size_t at)
{
    if (text[at] == ':')
        return text.substr(at, 3) == "://";
    const auto is_w = [&](std::size_t i) { return text[i] == 'w' || text[i] == 'W'; };
    return text[at] == '.' && at >= 3 && is_w(at - 1) && is_w(at - 2) && is_w(at - 3);
}

std::size_t longest_run(std::string_view text, char of)
{
    std::size_t longest = 0, run = 0;
    for (const char c : text) {
        run = c == of ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

} // namespace

std::string markdown_text(std::string_view text)
{
    constexpr std::string_view kMarkup = "\\`*_{}[]<>#|~&$!";
    const std::string clean = shown_text(text);
    std::string result;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        if (kMarkup.find(clean[i]) != std::string_view::npos || makes_link(clean, i))
            result += '\\';
        result += clean[i];
    }
    return result;
}

std::string markdown_code(std::string_view text, bool in_table)
{
    std::string content;
    for (const char c : shown_text(text))
        content += in_table && c == '|' ? "\\|" : std::string(1, c);
    if (content.empty())
        return content;
    const bool is_padded = content.starts_with('`') || content.ends_with('`');
    const std::string fence(longest_run(content, '`') + 1, '`'), space = is_padded ? " " : "";
    return fence + space + content + space + fence;
}

std::string markdown_block(std::string_view lines)
{
    const std::string fence(std::max<std::size_t>(3, longest_run(lines, '`') + 1), '`');
    std::string block = fence + "\n";
    for (std::size_t start = 0; start < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', start), lines.size());
        block += shown_text(lines.substr(start, end - start)) + "\n";
        start = end + 1;
    }
    return block + fence + "\n";
}

std::string at_line_start(std::string markdown)
{
    markdown.erase(0, std::min(markdown.find_first_not_of(' '), markdown.size()));
    const auto digits = std::find_if_not(markdown.begin(), markdown.end(), is_digit);
    if (digits != markdown.begin() && digits != markdown.end() && (*digits == '.' || *digits == ')'))
        markdown.insert(digits, '\\');
    else if (markdown.starts_with('-') || markdown.starts_with('+') || markdown.starts_with('='))
        markdown.insert(0, "\\");
    return markdown;
}

} // namespace ca::report
