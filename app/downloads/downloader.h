// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/download.h"

#include <QObject>

#include <map>
#include <thread>

namespace ca {

/// The downloads of a window: models of the zoo by their keys, and `cifar10`, each on a thread of its own, so that nothing of
/// them delays the interface. Lives on the interface's thread, where its signals are emitted. Deleting it stops all downloads;
/// what has arrived is kept for the next start.
class Downloader final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Downloader)
public:
    explicit Downloader(DownloadPatience patience = {}, QObject *parent = nullptr);
    ~Downloader() override;

    [[nodiscard]] bool is_running(const QString &key) const;

public Q_SLOTS:
    /// Nothing where the key's download runs already. Answers with `succeeded` or `failed`; one that is complete succeeds at
    /// once.
    void start(const QString &key);
    /// The answer is a failure `cancelled`, soon. Nothing where none runs.
    void cancel(const QString &key);

Q_SIGNALS:
    /// Of all the key's files together.
    void progressed(const QString &key, const ca::DownloadProgress &progress);
    /// `path`: what to open, a file or a folder.
    void succeeded(const QString &key, const QString &path);
    void failed(const QString &key, const ca::Error &error);

private:
    void end(const QString &key, const Result<std::filesystem::path> &result);

    DownloadPatience patience_;
    std::map<QString, std::jthread> running_;
};

} // namespace ca
