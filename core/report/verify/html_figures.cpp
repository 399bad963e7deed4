// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verify/html_figures.h"

#include "core/report/verify/number_tokens.h"
#include "core/report/verify/printed_number.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ca::report {
namespace {

constexpr std::string_view kOpen = "<data ", kClose = "</data>";

std::string unescaped(std::string_view markup)
{
    static constexpr std::array<std::pair<std::string_view, char>, 6> kEntities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}}};
    std::string text;
    while (!markup.empty()) {
        std::size_t taken = 1;
        char c = markup.front();
        for (const auto &[entity, meant] : kEntities)
            if (markup.starts_with(entity)) {
                taken = entity.size();
                c = meant;
            }
        text += c;
        markup.remove_prefix(taken);
    }
    return text;
}

std::optional<std::string> attribute(std::string_view tag, std::string_view name)
{
    const std::string opening = " " + std::string(name) + "=\"";
    const auto begin = tag.find(opening);
    const auto end = begin == std::string_view::npos ? begin : tag.find('"', begin + opening.size());
    if (end == std::string_view::npos)
        return std::nullopt;
    return unescaped(tag.substr(begin + opening.size(), end - begin - opening.size()));
}

/// The text of an element without the tags in it.
std::string text_of(std::string_view inner)
{
    std::string text;
    bool in_tag = false;
    for (const char c : inner) {
        in_tag = in_tag || c == '<';
        if (!in_tag)
            text += c;
        in_tag = in_tag && c != '>';
    }
    return unescaped(text);
}

/// What is wrong with a figure: what the store has instead.
std::optional<std::string> problem(const std::string &value, const std::string &source, const std::string &text,
                                   const StoredNumbers &numbers)
{
    const auto stored = numbers.text(source);
    if (!stored)
        return "no number at " + source;
    if (*stored != value || !shows(text, *numbers.value(source)))
        return *stored + " at " + source;
    return std::nullopt;
}

} // namespace

std::vector<ReportFault> check_figures(std::string_view html, const StoredNumbers &numbers)
{
    std::vector<ReportFault> faults;
    std::size_t line = 1, counted = 0; // up to where lines are counted
    for (auto at = html.find(kOpen); at != std::string_view::npos && faults.size() < kMostFaults; at = html.find(kOpen, at + 1)) {
        const auto inner = html.find('>', at), end = html.find(kClose, at);
        if (inner == std::string_view::npos || end == std::string_view::npos || end < inner)
            break;
        const std::string_view tag = html.substr(at, inner - at);
        const auto value = attribute(tag, "value"), source = attribute(tag, "data-source");
        const std::string text = text_of(html.substr(inner + 1, end - inner - 1));
        line += static_cast<std::size_t>(std::count(html.begin() + static_cast<std::ptrdiff_t>(counted),
                                                    html.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        counted = at;
        if (const auto wrong = problem(value.value_or(""), source.value_or(""), text, numbers))
            faults.push_back({"report.html", "line " + std::to_string(line), clean_text(text), *wrong});
    }
    return faults;
}

} // namespace ca::report
