// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/download_errors.h"

#include "core/base/json.h"

#include <QNetworkReply>

namespace ca {
namespace {

std::string later_or_by_hand(const PublishedFile &file)
{
    return ". Try again later, or download it by hand from " + file.url + ".";
}

std::string reason_of(const QNetworkReply &reply)
{
    return " (" + clean_text(reply.errorString().toStdString()) + ")";
}

} // namespace

std::string host_of(const QUrl &url)
{
    return url.host().toStdString();
}

tl::unexpected<Error> address_not_secure(const PublishedFile &file)
{
    return fail(ErrorCode::unsafe, "The address " + file.url + " is not a secure one (https); nothing is downloaded from it.");
}

tl::unexpected<Error> sent_on_to_insecure(const PublishedFile &file, const QUrl &from, const QUrl &to)
{
    return fail(ErrorCode::unsafe,
                host_of(from) + " sends the download of " + file.name + " on to an address that is not secure ("
                    + clean_text(to.toString(QUrl::RemoveQuery | QUrl::RemoveUserInfo).toStdString())
                    + "). Check the network that this machine is in, or download it by hand from " + file.url + ".");
}

tl::unexpected<Error> sent_in_circles(const PublishedFile &file, const QUrl &from)
{
    return fail(ErrorCode::unreadable,
                host_of(from) + " sends the download of " + file.name + " around in circles" + later_or_by_hand(file));
}

tl::unexpected<Error> too_much_sent(const PublishedFile &file, const QUrl &from)
{
    return fail(ErrorCode::unreadable,
                host_of(from) + " sends more than belongs to " + file.name + "; it was deleted" + later_or_by_hand(file));
}

tl::unexpected<Error> checksum_differs(const PublishedFile &file, const QUrl &from)
{
    return fail(ErrorCode::bad_format,
                "What " + host_of(from) + " sends as " + file.name
                    + " has another checksum than the published file: it was damaged on the way, or replaced. It was deleted"
                    + later_or_by_hand(file));
}

tl::unexpected<Error> identity_unknown(const QNetworkReply &reply, const QUrl &from)
{
    return fail(ErrorCode::unreadable,
                "The identity of " + host_of(from) + " cannot be verified" + reason_of(reply)
                    + ". Check this machine's clock and the network that it is in.");
}

tl::unexpected<Error> no_connection(const PublishedFile &file, const QNetworkReply &reply, const QUrl &from)
{
    return fail(ErrorCode::unreadable,
                "There is no connection to " + host_of(from) + reason_of(reply)
                    + ". Check this machine's network and proxy, or download " + file.name + " by hand from " + file.url + ".");
}

} // namespace ca
