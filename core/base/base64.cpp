// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kPart =
    3 << 20; // bytes at once: the library counts in int; a multiple of 3, so that only the end is padded

} // namespace

std::string to_base64(std::span<const std::uint8_t> bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // the library ends each part with a zero
    std::size_t written = 0;
    for (std::size_t first = 0; first < bytes.size(); first += kPart) {
        const auto part = bytes.subspan(first, std::min(kPart, bytes.size() - first));
        written += static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data() + written), part.data(),
                                                            static_cast<int>(part.size())));
    }
    text.resize(written);
    return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text)
{
    constexpr std::size_t kTextPart = kPart / 3 * 4;
    std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
    std::size_t written = 0;
    for (std::size_t first = 0; first < text.size(); first += kTextPart) {
        const std::string_view part = text.substr(first, kTextPart);
        if (part.size() % 4 != 0)
            return std::nullopt;
        const int decoded = EVP_DecodeBlock(bytes.data() + written, reinterpret_cast<const unsigned char *>(part.data()),
                                            static_cast<int>(part.size()));
        if (decoded < 0)
            return std::nullopt;
        written += static_cast<std::size_t>(decoded);
    }
    const auto padding = static_cast<std::size_t>(
        std::count(text.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, text.size())), text.end(), '='));
    if (written < padding)
        return std::nullopt;
    bytes.resize(written - padding);
    // The library also takes spaces at either end, and bits that belong to no byte.
    return to_base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace ca
