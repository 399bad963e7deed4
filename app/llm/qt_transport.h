// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/application_where_none.h"
#include "core/agent/http.h"

namespace ca {

/// Carries requests by Qt Network, in an event loop that it runs on the caller's thread while that waits: not for a thread that
/// has one of its own. No request is sent twice by itself, no redirect followed, no cookie kept; the key goes to the address that
/// is asked and nowhere else. TLS is verified, and http goes to this machine alone; the proxy is the system's.
///
/// Where there is no application object yet, it makes one and is then to be made on the main thread, and to outlive all requests.
///
/// Other failures than those of Transport: `bad_request` for an address that is none or not secure, and for a header with a line
/// break in it. What would come the same way again has `should_retry` false.
class QtTransport final : public Transport {
public:
    [[nodiscard]] ChatResult<HttpHead> send(const HttpRequest &request, const HttpLimits &limits,
                                            const std::function<bool(const HttpHead &)> &on_head,
                                            const std::function<bool(std::string_view)> &on_body, std::stop_token stop) override;

private:
    ApplicationWhereNone application_;
};

} // namespace ca
