// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/markup.h"

#include "core/report/document/shown_text.h"

#include <algorithm>

namespace ca::report {
namespace {

void append_line(std::string &result, std::string_view line)
{
    for (const char c : shown_text(line)) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += c;
        }
    }
}

/// XML knows neither U+FFFE nor U+FFFF.
std::string without_noncharacters(std::string text)
{
    for (std::size_t at = text.find("\xEF\xBF"); at != std::string::npos; at = text.find("\xEF\xBF", at + 3))
        if (const auto last = static_cast<unsigned char>(text[at + 2]); last >= 0xBEU)
            text[at + 2] = '\xBD'; // U+FFFD
    return text;
}

} // namespace

std::string escaped(std::string_view text)
{
    std::string result;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        result += start > 0 ? "&#10;" : "";
        append_line(result, text.substr(start, end - start));
        start = end + 1;
    }
    return without_noncharacters(std::move(result));
}

} // namespace ca::report
