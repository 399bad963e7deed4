// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/download.h"
#include "tests/support/misbehaving_server.h"

#include <QCryptographicHash>
#include <QEventLoop>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <algorithm>

inline constexpr qint64 kSize = 3'000'000;
inline constexpr ca::DownloadPatience kImpatient{std::chrono::milliseconds(150), 3, std::chrono::milliseconds(1),
                                                 std::chrono::milliseconds(4)};

inline QByteArray random_bytes(qint64 size, quint32 seed)
{
    QRandomGenerator generator(seed);
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = static_cast<char>(generator.bounded(256));
    return bytes;
}

inline std::string sha256_of(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().toStdString();
}

inline QByteArray content_of(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A server on this machine, a folder, and the file that comes from the one into the other.
class Place {
public:
    MisbehavingServer server{random_bytes(kSize, 7)};
    QTemporaryDir folder;
    ca::PublishedFile file{"weights.bin", server.url(), kSize, sha256_of(server.content)};

    /// Runs one download to its end; `error` is its sentence, empty where the file came.
    QString download(const ca::DownloadPatience &patience = kImpatient)
    {
        ca::Download download(file, folder.path().toStdString(), patience);
        return end_of(download);
    }
    QString end_of(ca::Download &download)
    {
        QEventLoop loop;
        QString sentence = QStringLiteral("It did not end.");
        QObject::connect(&download, &ca::Download::succeeded, &loop, [&] {
            sentence.clear();
            loop.quit();
        });
        QObject::connect(&download, &ca::Download::failed, &loop, [&](const ca::Error &error) {
            sentence = QString::fromStdString(error.sentence);
            loop.quit();
        });
        QTimer::singleShot(std::chrono::seconds(20), &loop, &QEventLoop::quit);
        download.start();
        loop.exec();
        received += download.received();
        return sentence;
    }
    [[nodiscard]] QString path(const char *suffix = "") const
    {
        return folder.filePath(QLatin1String("weights.bin") + QLatin1String(suffix));
    }
    [[nodiscard]] bool has_file() const
    {
        return content_of(path()) == server.content && !QFile::exists(path(".part")) && !QFile::exists(path(".part.json"));
    }
    [[nodiscard]] bool has_none() const { return !QFile::exists(path()); }
    /// Of all that came over the network, what came to stay.
    [[nodiscard]] double share_kept() const { return double(kSize) / double(received); }
    /// Whether this many bytes were kept at some time, and asked for no more.
    [[nodiscard]] bool went_on_at(qint64 first) const
    {
        return std::any_of(server.requests.begin(), server.requests.end(),
                           [&](const auto &request) { return request->first == first; });
    }

    qint64 received = 0;
};
