// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/document/document.h"

#include "core/base/json.h"
#include "core/report/document/shown_text.h"

namespace ca::report {
namespace {

/// Three bytes of UTF-8.
bool reorders(std::string_view character)
{
    return (character >= "\u202A" && character <= "\u202E") || (character >= "\u2066" && character <= "\u2069");
}

} // namespace

std::string shown_text(std::string_view text)
{
    constexpr std::size_t kLength = 3; // of each of them
    std::string shown = clean_text(text);
    for (auto at = shown.find('\xE2'); at != std::string::npos; at = shown.find('\xE2', at))
        if (reorders(std::string_view(shown).substr(at, kLength)))
            shown.erase(at, kLength);
        else
            ++at;
    return shown;
}

Line plain(std::string_view text)
{
    return {{.text = shown_text(text)}};
}

} // namespace ca::report
