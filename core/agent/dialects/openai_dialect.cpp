// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"
#include "core/agent/dialects/openai_decoder.h"
#include "core/agent/dialects/openai_encoder.h"

namespace ca {
namespace {

class OpenAiDialect final : public Dialect {
public:
    HttpRequest encode(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped) const override
    {
        return openai_request(endpoint, request, dropped);
    }
    std::unique_ptr<TurnDecoder> decoder(std::size_t turn) const override { return std::make_unique<OpenAiDecoder>(turn); }
    HttpRequest list_models(const Endpoint &endpoint, const std::string &) const override // one page holds them all
    {
        HttpRequest http{"GET", endpoint.base + "/models", {{"accept", "application/json"}}, {}};
        if (!endpoint.key.empty())
            http.headers.emplace_back("authorization", "Bearer " + endpoint.key);
        return http;
    }
    double longest_wait() const override { return 120; } // of the vendor's SDK
};

} // namespace

std::unique_ptr<Dialect> openai_dialect()
{
    return std::make_unique<OpenAiDialect>();
}

} // namespace ca
