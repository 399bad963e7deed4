// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// An address such as `https://host:8080/path`, taken apart.
struct WebAddress {
    std::string scheme;     ///< in lower case
    std::string host;       ///< in lower case; of IPv6 with its brackets
    std::string port;       ///< empty: the scheme's own
    std::string path;       ///< with its slash; empty where there is none
    bool has_user = false;  ///< a name or password stands before the host
    bool has_query = false; ///< something stands behind the path
    bool operator==(const WebAddress &) const = default;
};

/// Nothing where it has no scheme or no host, or holds what no address does.
[[nodiscard]] std::optional<WebAddress> web_address(std::string_view text);

/// `localhost`, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

/// `api.example.org`, `127.0.0.1:11434`: what of an address may be shown. Empty where it is none.
[[nodiscard]] std::string shown_host(std::string_view address);

} // namespace ca
