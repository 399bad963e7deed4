// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/untrusted/characters.h"

namespace ca {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::size_t length_by(unsigned lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead < 0xE0)
        return 2;
    if (lead >= 0xE0 && lead < 0xF0)
        return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

} // namespace

std::vector<Character> characters(std::string_view text)
{
    std::vector<Character> result;
    for (std::size_t at = 0; at < text.size();) {
        const unsigned lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = length_by(lead);
        Character character{length == 1 ? lead : lead & (0xFFU >> (length + 1)), at, length};
        bool whole = length > 0 && at + length <= text.size();
        for (std::size_t i = 1; whole && i < length; ++i) {
            const unsigned byte = static_cast<unsigned char>(text[at + i]);
            whole = (byte & 0xC0U) == 0x80U;
            character.value = (character.value << 6U) | (byte & 0x3FU);
        }
        result.push_back(whole ? character : Character{kReplacement, at, 1});
        at += result.back().size;
    }
    return result;
}

} // namespace ca
