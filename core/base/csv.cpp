// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"

#include "core/base/json.h"

namespace ca {
namespace {

std::string field(const std::string &text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

} // namespace

std::string csv_line(const std::vector<std::string> &fields)
{
    std::string text;
    for (std::size_t i = 0; i < fields.size(); ++i)
        text += (i == 0 ? "" : ",") + field(fields[i]);
    return text + "\r\n";
}

std::string csv_text(std::string_view text)
{
    constexpr std::string_view kFormulas = "=+-@";
    std::string clean = clean_text(text);
    // Blanks before it do not keep all of them from it.
    const auto first = clean.find_first_not_of(' ');
    return first != std::string::npos && kFormulas.find(clean[first]) != std::string_view::npos ? "'" + clean : clean;
}

} // namespace ca
