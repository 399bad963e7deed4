// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_failure.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ca {

struct HttpRequest {
    std::string method = "POST";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;
};

struct HttpHead {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
};
/// Nothing where there is no such header.
[[nodiscard]] const std::string *header(const HttpHead &head, std::string_view name);

/// Without a byte for so long, the connection counts as lost. Comments and pings are bytes.
struct HttpLimits {
    double connect = 5;            ///< seconds
    double first_byte = 60;        ///< seconds until the body begins; 300 where a model may have to be loaded first
    double idle = 60;              ///< seconds between bytes
    double total = 600;            ///< seconds
    std::size_t bytes = 32u << 20; ///< of the body, decompressed
};

/// What carries requests. Redirects are never followed with a key; TLS is strict; plain http goes to this machine alone.
class Transport {
public:
    Transport() = default;
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    virtual ~Transport() = default;

    /// Waits for the end of the answer: `on_head` once, then `on_body` with whatever bytes came, both on the caller's thread;
    /// false from either ends it well. Any status is an answer. A stop closes the connection at once.
    /// Failures: `connection`, `cancelled`, `bad_answer` (too long, undecodable).
    [[nodiscard]] virtual ChatResult<HttpHead> send(const HttpRequest &request, const HttpLimits &limits,
                                                    const std::function<bool(const HttpHead &)> &on_head,
                                                    const std::function<bool(std::string_view)> &on_body,
                                                    std::stop_token stop) = 0;
};

} // namespace ca
