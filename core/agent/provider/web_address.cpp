// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/web_address.h"

#include <algorithm>
#include <charconv>

namespace ca {
namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

/// Printed ASCII; anything else is written in percent or punycode.
bool is_printed(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '"'; });
}

bool is_host(std::string_view host)
{
    if (host.starts_with('['))
        return host.ends_with(']') && host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
    return !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == std::string_view::npos;
}

bool is_port(std::string_view port)
{
    int value = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
    return port.empty() || (error == std::errc() && end == port.data() + port.size() && value > 0 && value < 65536);
}

/// Four numbers, the first of them 127.
bool is_127(std::string_view host)
{
    int dots = 0;
    for (const char c : host) {
        dots += c == '.' ? 1 : 0;
        if (c != '.' && (c < '0' || c > '9'))
            return false;
    }
    return dots == 3 && host.starts_with("127.");
}

} // namespace

std::optional<WebAddress> web_address(std::string_view text)
{
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0 || !is_printed(text))
        return {};
    WebAddress address;
    address.scheme = lowered(text.substr(0, colon));
    const std::string_view rest = text.substr(colon + 3);
    std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::string_view behind = rest.substr(authority.size());
    address.path = behind.substr(0, behind.find_first_of("?#"));
    address.has_query = address.path.size() != behind.size();
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        address.has_user = true;
        authority.remove_prefix(at + 1);
    }
    const auto bracket = authority.rfind(']');
    const auto port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    address.host = lowered(authority.substr(0, port));
    address.port = port == std::string_view::npos ? std::string_view() : authority.substr(port + 1);
    if (!is_host(address.host) || !is_port(address.port))
        return {};
    return address;
}

bool is_loopback(std::string_view host)
{
    return host == "localhost" || host == "[::1]" || is_127(host);
}

std::string shown_host(std::string_view address)
{
    const auto parsed = web_address(address);
    if (!parsed)
        return {};
    return parsed->host + (parsed->port.empty() ? "" : ":" + parsed->port);
}

} // namespace ca
