// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/http_request.h"

#include <QNetworkReply>

namespace ca {
namespace {

class SystemProxies final : public QNetworkProxyFactory {
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        return is_this_machine(query.peerHostName()) ? QList{QNetworkProxy(QNetworkProxy::NoProxy)} : systemProxyForQuery(query);
    }
};

std::string header(const QNetworkReply &reply, const char *name)
{
    return reply.rawHeader(name).toStdString();
}

} // namespace

QNetworkProxyFactory *system_proxies()
{
    return new SystemProxies;
}

QNetworkRequest http_request(const QUrl &url, std::int64_t offset, const PartOrigin &origin)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setRawHeader("User-Agent", "compression-agent/" CA_VERSION);
    request.setRawHeader("Accept-Encoding", "identity"); // sizes, ranges and the checksum are of the bytes as published
    if (offset > 0) {
        request.setRawHeader("Range", "bytes=" + QByteArray::number(qint64{offset}) + "-");
        if (const std::string condition = if_range(origin); !condition.empty())
            request.setRawHeader("If-Range", QByteArray::fromStdString(condition));
    }
    return request;
}

AnswerHead head_of(const QNetworkReply &reply)
{
    AnswerHead head;
    head.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (const QVariant length = reply.header(QNetworkRequest::ContentLengthHeader); length.isValid())
        head.content_length = length.toLongLong();
    head.content_range = header(reply, "Content-Range");
    head.etag = header(reply, "ETag");
    head.last_modified = header(reply, "Last-Modified");
    head.location = header(reply, "Location");
    head.retry_after = header(reply, "Retry-After");
    return head;
}

bool never_connected(const QNetworkReply &reply)
{
    const auto error = reply.error();
    return error == QNetworkReply::HostNotFoundError || error == QNetworkReply::ConnectionRefusedError
        || error == QNetworkReply::UnknownNetworkError
        || (error >= QNetworkReply::ProxyConnectionRefusedError && error <= QNetworkReply::UnknownProxyError);
}

} // namespace ca
