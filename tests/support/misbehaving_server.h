// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <deque>
#include <memory>
#include <vector>

#include <sys/socket.h>

/// How the server answers one request; as made, it behaves.
struct Manners {
    int status = 0;       ///< this one, without a file
    QByteArray headers{}; ///< with `status`: more header lines, each with its CRLF
    bool ignores_range = false;
    bool ignores_if_range = false; ///< sends a part of whatever the file is now
    bool is_chunked = false;       ///< no Content-Length
    qint64 length_error = 0;       ///< added to Content-Length
    qint64 range_error = 0;        ///< added to the start in Content-Range
    qint64 cut_at = -1;            ///< bytes of the body, then ...
    enum { closes, resets, stalls } cut = closes;
    qint64 flips = -1;    ///< the byte of the file that comes out wrong
    int slice = 0;        ///< bytes every millisecond; 0: as fast as it goes
    QByteArray etag{};    ///< from now on
    QByteArray surplus{}; ///< after the body
};

/// Serves one file on this machine by HTTP/1.1 with ranges, and misbehaves as told, one `Manners` for each request in turn. Lives
/// in the event loop of its thread.
class MisbehavingServer final : public QTcpServer {
public:
    struct Request {
        QByteArray path;
        qint64 first = -1; ///< of its range; -1: none
        QByteArray if_range;
    };

    explicit MisbehavingServer(QByteArray file) : content(std::move(file))
    {
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *const socket = nextPendingConnection()) {
                connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(socket); });
                connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
        listen(QHostAddress::LocalHost);
    }

    [[nodiscard]] std::string url(const QByteArray &path = "/weights.bin") const
    {
        return ("http://127.0.0.1:" + QByteArray::number(serverPort()) + path).toStdString();
    }

    QByteArray content, etag = "\"first\"", last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
    std::deque<Manners> manners; ///< of the next requests; those after behave
    std::vector<std::shared_ptr<Request>> requests;

private:
    /// A body on its way.
    struct Body {
        QByteArray bytes;
        qint64 done = 0;
        Manners how;
    };

    void read(QTcpSocket *socket)
    {
        QByteArray text = socket->property("head").toByteArray() + socket->readAll();
        socket->setProperty("head", text);
        if (!text.endsWith("\r\n\r\n"))
            return;
        auto request = std::make_shared<Request>();
        request->path = text.split(' ').value(1);
        for (const QByteArray &line : text.split('\n')) {
            const QByteArray lower = line.trimmed().toLower();
            if (lower.startsWith("range: bytes="))
                request->first = lower.mid(13, lower.indexOf('-', 13) - 13).toLongLong();
            if (lower.startsWith("if-range: "))
                request->if_range = line.trimmed().mid(10);
        }
        requests.push_back(request);
        Manners how;
        if (!manners.empty()) {
            how = manners.front();
            manners.pop_front();
        }
        if (!how.etag.isEmpty())
            etag = how.etag;
        answer(socket, how, request);
    }

    void answer(QTcpSocket *socket, const Manners &how, const std::shared_ptr<Request> &request)
    {
        const qint64 size = content.size();
        if (how.status != 0)
            return finish(socket,
                          "HTTP/1.1 " + QByteArray::number(how.status) + " As told\r\n" + how.headers + "Content-Length: 0\r\n");
        const bool is_same = how.ignores_if_range || request->if_range.isEmpty() || request->if_range == etag
            || request->if_range == last_modified;
        const bool is_part = request->first >= 0 && is_same && !how.ignores_range;
        if (is_part && request->first >= size)
            return finish(socket,
                          "HTTP/1.1 416 No\r\nContent-Range: bytes */" + QByteArray::number(size) + "\r\nContent-Length: 0\r\n");
        const qint64 first = is_part ? request->first : 0;
        QByteArray head = is_part
            ? QByteArray("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes ") + QByteArray::number(first + how.range_error)
                + "-" + QByteArray::number(size - 1) + "/" + QByteArray::number(size) + "\r\n"
            : QByteArray("HTTP/1.1 200 OK\r\n");
        if (!etag.isEmpty())
            head += "ETag: " + etag + "\r\n";
        if (!last_modified.isEmpty())
            head += "Last-Modified: " + last_modified + "\r\n";
        head += how.is_chunked ? QByteArray("Transfer-Encoding: chunked\r\n")
                               : "Content-Length: " + QByteArray::number(size - first + how.length_error) + "\r\n";
        socket->write(head + "Connection: close\r\n\r\n");
        auto body = std::make_shared<Body>(Body{content.mid(first) + how.surplus, 0, how});
        if (how.flips >= first && how.flips < size)
            body->bytes[how.flips - first] = static_cast<char>(body->bytes[how.flips - first] ^ 0x20);
        send(socket, body);
    }

    static void finish(QTcpSocket *socket, const QByteArray &head)
    {
        socket->write(head + "Connection: close\r\n\r\n");
        socket->disconnectFromHost();
    }

    /// The next slice, and a timer for the one after.
    void send(QTcpSocket *socket, const std::shared_ptr<Body> &body)
    {
        constexpr qint64 kFast = 64 * 1024;
        const qint64 end = body->how.cut_at >= 0 ? std::min<qint64>(body->how.cut_at, body->bytes.size()) : body->bytes.size();
        const QByteArray slice =
            body->bytes.mid(body->done, std::min(body->how.slice ? body->how.slice : kFast, end - body->done));
        if (!slice.isEmpty())
            socket->write(body->how.is_chunked ? QByteArray::number(slice.size(), 16) + "\r\n" + slice + "\r\n" : slice);
        socket->flush();
        body->done += slice.size();
        if (body->done < end) {
            QTimer::singleShot(body->how.slice ? 1 : 0, socket, [this, socket, body] { send(socket, body); });
            return;
        }
        if (end == body->bytes.size() && body->how.cut_at < 0) {
            if (body->how.is_chunked)
                socket->write("0\r\n\r\n");
            socket->disconnectFromHost();
            return;
        }
        QTimer::singleShot(20, socket, [socket, cut = body->how.cut] { // when the other side has read what there is
            if (cut == Manners::resets) {
                const linger at_once{1, 0};
                ::setsockopt(static_cast<int>(socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                socket->abort();
            } else if (cut == Manners::closes) {
                socket->disconnectFromHost();
            }
        });
    }
};
