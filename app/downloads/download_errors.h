// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/zoo.h"

#include <QUrl>

class QNetworkReply;

namespace ca {

[[nodiscard]] std::string host_of(const QUrl &url);

/// Why a download has ended. `from` is where it was asked for, after redirects.
[[nodiscard]] tl::unexpected<Error> address_not_secure(const PublishedFile &file);
[[nodiscard]] tl::unexpected<Error> sent_on_to_insecure(const PublishedFile &file, const QUrl &from, const QUrl &to);
[[nodiscard]] tl::unexpected<Error> sent_in_circles(const PublishedFile &file, const QUrl &from);
[[nodiscard]] tl::unexpected<Error> too_much_sent(const PublishedFile &file, const QUrl &from);
[[nodiscard]] tl::unexpected<Error> checksum_differs(const PublishedFile &file, const QUrl &from);
[[nodiscard]] tl::unexpected<Error> identity_unknown(const QNetworkReply &reply, const QUrl &from);
[[nodiscard]] tl::unexpected<Error> no_connection(const PublishedFile &file, const QNetworkReply &reply, const QUrl &from);

} // namespace ca
