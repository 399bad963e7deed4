// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/mock_llm_server.h"

#include <QEventLoop>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>

#include <atomic>
#include <thread>

/// A certificate for 127.0.0.1 that nobody vouches for, good until 2126, and its key, which opens nothing else. Made by:
/// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=127.0.0.1
///   -addext subjectAltName=IP:127.0.0.1
inline constexpr const char *kSelfSignedCertificate = "-----BEGIN CERTIFICATE-----\n"
                                                      "MIIBkDCCATagAwIBAgIUA4Zr5P+whA6+SI5IU9WoDwJWRVMwCgYIKoZIzj0EAwIw\n"
                                                      "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNjE2Mzc0N1oYDzIxMjYxMTAy\n"
                                                      "MTYzNzQ3WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n"
                                                      "PQMBBwNCAASjSHJqTZUr+jv38XLSJxQCHra5EHAwsEVOnZquCYN4BPRnACi1zWoR\n"
                                                      "DXgUf00garZPJICJHNnu9b1cBFvmfksRo2QwYjAdBgNVHQ4EFgQUQUrbnDqAamNm\n"
                                                      "UL5xOrb0H12BSeMwHwYDVR0jBBgwFoAUQUrbnDqAamNmUL5xOrb0H12BSeMwDwYD\n"
                                                      "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC\n"
                                                      "IQCg7cHFjiy1i+SV72eEXauFUx+xgAW0tlBK79ZTbNSGVwIgCgXkjT9cLNF+esQz\n"
                                                      "LIYObU9mqvYgCDY2AD6uGQ6Fp5w=\n"
                                                      "-----END CERTIFICATE-----\n";
inline constexpr const char *kSelfSignedKey = "-----BEGIN PRIVATE KEY-----\n"
                                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxSnH6exPqIP9i1jK\n"
                                              "aBxL7MeyZG3HhENVkRZrQEBQrCmhRANCAASjSHJqTZUr+jv38XLSJxQCHra5EHAw\n"
                                              "sEVOnZquCYN4BPRnACi1zWoRDXgUf00garZPJICJHNnu9b1cBFvmfksR\n"
                                              "-----END PRIVATE KEY-----\n";

/// Answers "Yes." over TLS, under that certificate, on a thread of its own.
class SelfSignedServer {
public:
    SelfSignedServer()
        : thread_([this] {
              QEventLoop loop; // first: what comes after wants its thread to have one
              QSslServer server;
              QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
              configuration.setLocalCertificate(QSslCertificate(kSelfSignedCertificate));
              configuration.setPrivateKey(QSslKey(kSelfSignedKey, QSsl::Ec));
              server.setSslConfiguration(configuration);
              QObject::connect(&server, &QSslServer::pendingConnectionAvailable, &server, [this, &server] { answer(server); });
              server.listen(QHostAddress::LocalHost);
              loop_ = &loop;
              port_ = server.serverPort();
              loop.exec();
          })
    {
        while (port_ == 0)
            std::this_thread::yield();
    }
    SelfSignedServer(const SelfSignedServer &) = delete;
    SelfSignedServer &operator=(const SelfSignedServer &) = delete;
    ~SelfSignedServer()
    {
        QMetaObject::invokeMethod(loop_, &QEventLoop::quit, Qt::QueuedConnection);
        thread_.join();
    }

    [[nodiscard]] std::string origin() const { return "https://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int heard() const { return heard_; } ///< bytes of requests

private:
    void answer(QSslServer &server)
    {
        QTcpSocket *const socket = server.nextPendingConnection();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
            heard_ += static_cast<int>(socket->readAll().size());
            socket->write(QByteArray::fromStdString(http_answer(200, "Yes.")));
        });
    }

    std::atomic<QEventLoop *> loop_ = nullptr;
    std::atomic<int> port_ = 0, heard_ = 0;
    std::thread thread_;
};
