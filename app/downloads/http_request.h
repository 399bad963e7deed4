// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/http_answer.h"

#include <QNetworkProxyFactory>
#include <QNetworkRequest>

class QNetworkReply;

namespace ca {

/// The proxies that the system names; none for this machine itself. Owned by the network manager that it is given to.
[[nodiscard]] QNetworkProxyFactory *system_proxies();

/// Asks for the bytes from `offset` on, where they are of the same file as the part of this origin: as they were published, not
/// packed, from the server itself, without cookies. Redirects are left to the caller.
[[nodiscard]] QNetworkRequest http_request(const QUrl &url, std::int64_t offset, const PartOrigin &origin);

[[nodiscard]] AnswerHead head_of(const QNetworkReply &reply);

/// Whether its error is that neither the server nor a proxy could be reached.
[[nodiscard]] bool never_connected(const QNetworkReply &reply);

} // namespace ca
