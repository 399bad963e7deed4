// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/anthropic_decoder.h"
#include "core/agent/dialects/anthropic_encoder.h"
#include "core/agent/dialects/dialect.h"

namespace ca {
namespace {

/// RFC 3986: all but letters, digits, `-`, `.`, `_` and `~` as %XX.
std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || std::string_view("-._~").find(c) != std::string_view::npos)
            result += c;
        else
            result += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
    return result;
}

class AnthropicDialect final : public Dialect {
public:
    HttpRequest encode(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped) const override
    {
        return anthropic_request(endpoint, request, dropped);
    }
    std::unique_ptr<TurnDecoder> decoder(std::size_t turn) const override { return std::make_unique<AnthropicDecoder>(turn); }
    HttpRequest list_models(const Endpoint &endpoint, const std::string &after) const override
    {
        const std::string from = after.empty() ? std::string() : "&after_id=" + percent_encoded(after);
        HttpRequest http{"GET", endpoint.base + "/models?limit=100" + from, anthropic_headers(endpoint), {}};
        http.headers.emplace_back("accept", "application/json");
        return http;
    }
    double longest_wait() const override { return 60; } // of the vendor's SDK
};

} // namespace

std::unique_ptr<Dialect> anthropic_dialect()
{
    return std::make_unique<AnthropicDialect>();
}

} // namespace ca
