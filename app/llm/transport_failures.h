// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/http.h"

#include <QAbstractSocket>
#include <QUrl>

namespace ca {

// Each names the host and nothing else of the address: paths and queries of some servers hold keys.

[[nodiscard]] ChatFailure no_address();
[[nodiscard]] ChatFailure address_not_secure(const QUrl &url);
[[nodiscard]] ChatFailure header_not_sound();
[[nodiscard]] ChatFailure request_cancelled();
[[nodiscard]] ChatFailure not_reached(const QUrl &url, const HttpLimits &limits);
[[nodiscard]] ChatFailure answer_not_begun(const QUrl &url, const HttpLimits &limits);
[[nodiscard]] ChatFailure answer_stalled(const QUrl &url, const HttpLimits &limits);
[[nodiscard]] ChatFailure answer_takes_too_long(const QUrl &url, const HttpLimits &limits);
/// `what`: "is no HTTP".
[[nodiscard]] ChatFailure answer_is_none(const QUrl &url, const std::string &what);
/// `before_request`: it never was there.
[[nodiscard]] ChatFailure connection_lost(const QUrl &url, QAbstractSocket::SocketError error, const QString &reason,
                                          bool before_request);

} // namespace ca
