// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/untrusted/untrusted.h"

#include "core/agent/untrusted/characters.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ca {
namespace {

struct Range {
    char32_t first, last;
};

/// Characters without a picture of their own: controls, formats, fillers, selectors, tags, those for private use, noncharacters.
/// Source: Unicode 15.1, general categories Cc, Cf, Co and the property Default_Ignorable_Code_Point. In order.
constexpr std::array kUnseen{Range{0x00, 0x1F},       Range{0x7F, 0x9F},       Range{0xAD, 0xAD},       Range{0x34F, 0x34F},
                             Range{0x600, 0x605},     Range{0x61C, 0x61C},     Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},
                             Range{0x890, 0x891},     Range{0x8E2, 0x8E2},     Range{0x115F, 0x1160},   Range{0x17B4, 0x17B5},
                             Range{0x180B, 0x180F},   Range{0x200B, 0x200F},   Range{0x202A, 0x202E},   Range{0x2060, 0x206F},
                             Range{0x3164, 0x3164},   Range{0xE000, 0xF8FF},   Range{0xFDD0, 0xFDEF},   Range{0xFE00, 0xFE0F},
                             Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0xFFFE, 0xFFFF},
                             Range{0x110BD, 0x110BD}, Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F}, Range{0x1BCA0, 0x1BCA3},
                             Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF}};

/// Spaces of other widths and the two characters that end a line or a paragraph.
constexpr std::array kSpaces{Range{0x20, 0x20},     Range{0xA0, 0xA0},     Range{0x1680, 0x1680}, Range{0x2000, 0x200A},
                             Range{0x2028, 0x2029}, Range{0x202F, 0x202F}, Range{0x205F, 0x205F}, Range{0x3000, 0x3000}};

template <std::size_t N>
bool is_in(const std::array<Range, N> &ranges, char32_t character)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Range &range) { return character >= range.first && character <= range.last; });
}

} // namespace

std::string visible_text(std::string_view text, std::size_t most)
{
    const std::string valid = clean_text(text); // and lines in one, with spaces between
    std::vector<std::string_view> kept;
    bool space = false;
    for (const Character &character : characters(valid)) {
        if (kept.size() > most)
            break;
        if (is_in(kSpaces, character.value)) {
            space = !kept.empty();
            continue;
        }
        if (is_in(kUnseen, character.value))
            continue;
        if (space)
            kept.push_back(" ");
        space = false;
        kept.push_back(std::string_view(valid).substr(character.begin, character.size));
    }
    const bool cut = kept.size() > most;
    kept.resize(std::min(kept.size(), cut ? most - 1 : most));
    std::string result;
    for (const std::string_view character : kept)
        result += character;
    return cut ? result + "…" : result;
}

std::string without_folders(std::string_view sentence)
{
    std::string result;
    for (std::size_t begin = 0; begin < sentence.size();) {
        const std::size_t end = std::min(sentence.find_first_of(" \t\r\n", begin), sentence.size());
        const std::string_view word = sentence.substr(begin, end - begin);
        const std::size_t last = word.find_last_not_of("/.,;:)\"'"); // of a folder's name, before its slash
        const std::size_t slash = last == std::string_view::npos ? last : word.rfind('/', last);
        result += slash == std::string_view::npos ? word : word.substr(slash + 1);
        if (end < sentence.size())
            result += sentence[end];
        begin = end + 1;
    }
    return result;
}

} // namespace ca
