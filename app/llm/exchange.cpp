// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/exchange.h"

#include "app/downloads/http_answer.h"
#include "app/downloads/http_request.h"
#include "app/llm/transport_failures.h"

#include <QNetworkProxyFactory>

#include <algorithm>
#include <chrono>
#include <memory>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kReadBuffer = 1 << 20; // bytes that may wait in the socket while an answer is being taken
constexpr qint64 kBlock = 64 * 1024;

std::chrono::milliseconds milliseconds(double seconds)
{
    constexpr double kDay = 86'400;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, kDay) * 1000));
}

/// The proxy that the system names for this address; none for this machine itself.
QNetworkProxy proxy_for(const QUrl &url)
{
    const std::unique_ptr<QNetworkProxyFactory> system(system_proxies());
    const QList<QNetworkProxy> proxies = system->queryProxy(QNetworkProxyQuery(url));
    QNetworkProxy proxy = proxies.value(0, QNetworkProxy(QNetworkProxy::NoProxy));
    if (proxy.type() == QNetworkProxy::HttpCachingProxy)
        proxy.setType(QNetworkProxy::HttpProxy); // asked to connect through: it sees nothing of what is sent
    return proxy;
}

bool holds_line_break(const std::string &text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

bool has_sound_headers(const HttpRequest &request)
{
    return std::none_of(request.headers.begin(), request.headers.end(),
                        [](const auto &header) { return holds_line_break(header.first) || holds_line_break(header.second); });
}

QByteArray head_of(const HttpRequest &request, const QUrl &url)
{
    QByteArray host = url.host(QUrl::FullyEncoded).toUtf8();
    if (host.contains(':') && !host.startsWith('['))
        host = '[' + host + ']';
    if (url.port() != -1)
        host += ':' + QByteArray::number(url.port());
    const QByteArray path = url.path(QUrl::FullyEncoded).toUtf8();
    QByteArray head = QByteArray::fromStdString(request.method) + ' ' + (path.isEmpty() ? "/" : path);
    if (url.hasQuery())
        head += '?' + url.query(QUrl::FullyEncoded).toUtf8();
    head += " HTTP/1.1\r\nhost: " + host + "\r\nuser-agent: compression-agent/" CA_VERSION
        + "\r\naccept-encoding: identity\r\nconnection: close\r\n";
    for (const auto &[name, value] : request.headers)
        head += QByteArray::fromStdString(name) + ": " + QByteArray::fromStdString(value) + "\r\n";
    if (!request.body.empty() || request.method == "POST")
        head += "content-length: " + QByteArray::number(qint64(request.body.size())) + "\r\n";
    return head + "\r\n";
}

} // namespace

Exchange::Exchange(const HttpRequest &request, const HttpLimits &limits, const HttpReader::OnHead &on_head,
                   const HttpReader::OnBody &on_body)
    : request_(request),
      limits_(limits),
      url_(QString::fromStdString(request.url), QUrl::StrictMode),
      reader_(limits.bytes, on_head, on_body)
{
    silence_.setSingleShot(true);
    whole_.setSingleShot(true);
    connect(&silence_, &QTimer::timeout, this, &Exchange::give_up_waiting);
    connect(&whole_, &QTimer::timeout, this, [this] { fail(answer_takes_too_long(url_, limits_)); });
    connect(&socket_, &QSslSocket::readyRead, this, &Exchange::take);
    connect(&socket_, &QSslSocket::errorOccurred, this, &Exchange::lose);
    socket_.setReadBufferSize(kReadBuffer);
}

void Exchange::start()
{
    if (!url_.isValid() || url_.host().isEmpty() || !url_.userInfo().isEmpty())
        return fail(no_address());
    if (!may_ask(url_))
        return fail(address_not_secure(url_));
    if (!has_sound_headers(request_))
        return fail(header_not_sound());
    socket_.setProxy(proxy_for(url_));
    silence_.start(milliseconds(limits_.connect));
    whole_.start(milliseconds(limits_.total));
    const QString host = url_.host(QUrl::FullyEncoded);
    if (url_.scheme() == u"https"_s) {
        connect(&socket_, &QSslSocket::encrypted, this, &Exchange::send);
        socket_.connectToHostEncrypted(host, static_cast<quint16>(url_.port(443)));
    } else {
        connect(&socket_, &QSslSocket::connected, this, &Exchange::send);
        socket_.connectToHost(host, static_cast<quint16>(url_.port(80)));
    }
}

void Exchange::cancel()
{
    fail(request_cancelled());
}

void Exchange::send()
{
    wait_ = Wait::first_byte;
    silence_.start(milliseconds(limits_.first_byte));
    socket_.write(head_of(request_, url_));
    socket_.write(request_.body.data(), static_cast<qint64>(request_.body.size()));
}

void Exchange::take()
{
    while (!result_ && socket_.bytesAvailable() > 0) {
        const QByteArray block = socket_.read(kBlock);
        if (block.isEmpty())
            return;
        const auto read = reader_.feed({block.constData(), static_cast<std::size_t>(block.size())});
        if (!read)
            return fail(answer_is_none(url_, read.error()));
        if (reader_.is_complete())
            return succeed();
        if (reader_.has_body()) {
            wait_ = Wait::next_byte;
            silence_.start(milliseconds(limits_.idle));
        }
    }
}

void Exchange::lose(QAbstractSocket::SocketError error)
{
    if (error == QAbstractSocket::RemoteHostClosedError)
        take();
    if (result_)
        return;
    if (error == QAbstractSocket::RemoteHostClosedError && reader_.close())
        return succeed();
    fail(connection_lost(url_, error, socket_.errorString(), wait_ == Wait::connect));
}

void Exchange::give_up_waiting()
{
    switch (wait_) {
    case Wait::connect:
        return fail(not_reached(url_, limits_));
    case Wait::first_byte:
        return fail(answer_not_begun(url_, limits_));
    case Wait::next_byte:
        return fail(answer_stalled(url_, limits_));
    }
}

void Exchange::fail(ChatFailure failure)
{
    end(tl::unexpected(std::move(failure)));
}

void Exchange::succeed()
{
    end(reader_.head());
}

void Exchange::end(ChatResult<HttpHead> result)
{
    if (result_)
        return;
    result_ = std::move(result);
    silence_.stop();
    whole_.stop();
    socket_.disconnect(this);
    socket_.abort();
    Q_EMIT ended();
}

} // namespace ca
