// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/llm/http_reader.h"

#include <QSslSocket>
#include <QTimer>
#include <QUrl>

#include <optional>

namespace ca {

/// One request and its answer, on a connection of its own. Qt's network manager is not used: it sends a request a second time by
/// itself where a server hangs up at certain moments, and each one is paid for. Lives in the event loop of its thread.
class Exchange final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Exchange)
public:
    /// All of them outlive it.
    Exchange(const HttpRequest &request, const HttpLimits &limits, const HttpReader::OnHead &on_head,
             const HttpReader::OnBody &on_body);

    void start();
    void cancel();
    /// Once it has ended.
    [[nodiscard]] const ChatResult<HttpHead> &result() const { return *result_; }

Q_SIGNALS:
    void ended();

private:
    void send();
    void take();
    void lose(QAbstractSocket::SocketError error);
    void give_up_waiting();
    void fail(ChatFailure failure);
    void succeed();
    void end(ChatResult<HttpHead> result);

    const HttpRequest &request_;
    const HttpLimits &limits_;
    QUrl url_;
    QSslSocket socket_;
    QTimer silence_; ///< until it is connected, until the body begins, between bytes of it
    QTimer whole_;
    HttpReader reader_;
    enum class Wait { connect, first_byte, next_byte } wait_ = Wait::connect;
    std::optional<ChatResult<HttpHead>> result_;
};

} // namespace ca
