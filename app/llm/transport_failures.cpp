// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/transport_failures.h"

#include "app/downloads/download_errors.h"
#include "app/downloads/http_answer.h"
#include "core/base/json.h"
#include "core/base/units.h"

#include <cmath>

namespace ca {
namespace {

ChatFailure failure(FailureKind kind, std::string sentence)
{
    ChatFailure result;
    result.kind = kind;
    result.sentence = std::move(sentence);
    return result;
}

/// One that the same request meets again.
ChatFailure lasting(FailureKind kind, std::string sentence)
{
    ChatFailure result = failure(kind, std::move(sentence));
    result.should_retry = false;
    return result;
}

/// `api.example.org`, `127.0.0.1:11434`.
std::string server(const QUrl &url)
{
    return clean_text(host_of(url)) + (url.port() == -1 ? std::string() : ":" + std::to_string(url.port()));
}

std::string seconds(double limit)
{
    const double whole = std::round(limit);
    if (std::abs(whole - limit) > 1e-9)
        return to_text(limit, 1) + " seconds";
    return std::to_string(static_cast<std::int64_t>(whole)) + (whole == 1 ? " second" : " seconds");
}

} // namespace

ChatFailure no_address()
{
    return lasting(
        FailureKind::bad_request,
        "The address of the provider is none that can be asked. Write it as https://HOST/v1, without a name or password.");
}

ChatFailure address_not_secure(const QUrl &url)
{
    return lasting(FailureKind::bad_request,
                   "The address of " + server(url)
                       + " is not a secure one, and what is sent there could be read on the way. Use https, or a server on this "
                         "machine (http://127.0.0.1).");
}

ChatFailure header_not_sound()
{
    return lasting(FailureKind::bad_request, "The key or the address holds a line break, so nothing was sent. Enter it anew.");
}

ChatFailure request_cancelled()
{
    return failure(FailureKind::cancelled, "The request was stopped.");
}

ChatFailure not_reached(const QUrl &url, const HttpLimits &limits)
{
    return failure(FailureKind::connection,
                   server(url) + " could not be reached within " + seconds(limits.connect)
                       + ". Check this machine's network and proxy, and the address of the provider.");
}

ChatFailure answer_not_begun(const QUrl &url, const HttpLimits &limits)
{
    return failure(FailureKind::connection,
                   server(url) + " took the request and has not begun to answer within " + seconds(limits.first_byte)
                       + ". Try again later, or choose a smaller model or another provider.");
}

ChatFailure answer_stalled(const QUrl &url, const HttpLimits &limits)
{
    return failure(FailureKind::connection,
                   server(url) + " has sent nothing more for " + seconds(limits.idle)
                       + ", and its answer is not whole. Ask again.");
}

ChatFailure answer_takes_too_long(const QUrl &url, const HttpLimits &limits)
{
    return lasting(FailureKind::connection,
                   server(url) + " has not ended its answer within " + seconds(limits.total)
                       + ". Ask for less at a time, or choose a faster model.");
}

ChatFailure answer_is_none(const QUrl &url, const std::string &what)
{
    return failure(FailureKind::bad_answer,
                   "The answer of " + server(url) + " " + what + ". Check that the address is one of a provider, and the proxy.");
}

ChatFailure connection_lost(const QUrl &url, QAbstractSocket::SocketError error, const QString &reason, bool before_request)
{
    const std::string why = " (" + clean_text(reason.toStdString()) + ")";
    if (error == QAbstractSocket::SslHandshakeFailedError)
        return lasting(FailureKind::connection,
                       "The identity of " + server(url) + " cannot be verified" + why
                           + ". Check this machine's clock and the network that it is in.");
    if (before_request && is_this_machine(url.host()))
        return failure(FailureKind::connection,
                       "Nothing answers at " + server(url) + why + ". Start the model server there, or choose another provider.");
    if (before_request)
        return failure(FailureKind::connection,
                       "There is no connection to " + server(url) + why
                           + ". Check this machine's network and proxy, and the address of the provider.");
    return failure(FailureKind::connection,
                   "The connection to " + server(url) + " was lost" + why + " before its answer was whole. Ask again.");
}

} // namespace ca
