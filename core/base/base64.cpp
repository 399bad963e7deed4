// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <array>

namespace ca {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kNoDigit = 64;

constexpr std::array<std::uint32_t, 256> values_of_digits()
{
    std::array<std::uint32_t, 256> values{};
    values.fill(kNoDigit);
    for (std::uint32_t i = 0; i < kDigits.size(); ++i)
        values.at(static_cast<unsigned char>(kDigits[i])) = i;
    return values;
}

} // namespace

std::string to_base64(std::span<const std::uint8_t> bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const std::uint32_t group = (std::uint32_t{bytes[i]} << 16U) | (left > 1 ? std::uint32_t{bytes[i + 1]} << 8U : 0U)
            | (left > 2 ? std::uint32_t{bytes[i + 2]} : 0U);
        text += kDigits[group >> 18U];
        text += kDigits[(group >> 12U) & 63U];
        text += left > 1 ? kDigits[(group >> 6U) & 63U] : '=';
        text += left > 2 ? kDigits[group & 63U] : '=';
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text)
{
    static constexpr auto kValues = values_of_digits();
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::string_view digits = text;
    while (digits.ends_with('=') && text.size() - digits.size() < 2)
        digits.remove_suffix(1);
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t held = 0; // its lowest `bits` are of a byte that is not whole yet
    unsigned int bits = 0;
    for (const char digit : digits) {
        const std::uint32_t value = kValues.at(static_cast<unsigned char>(digit));
        if (value == kNoDigit)
            return std::nullopt;
        held = (held << 6U) | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(held >> bits));
            held &= (1U << bits) - 1U;
        }
    }
    return held == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace ca
