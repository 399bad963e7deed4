// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/download.h"
#include "ui/facts.h"

#include <QObject>

#include <map>
#include <optional>

namespace ca {

/// Where each thing stands that the program fetches by itself: the models of the zoo by their keys, and `cifar10`. It downloads
/// nothing: `wanted` and `unwanted` go to a `Downloader`, whose signals come back to the slots.
class DownloadStates final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DownloadStates)
public:
    /// `memory`: what this machine has; models that need more are impossible.
    explicit DownloadStates(std::optional<Bytes> memory, QObject *parent = nullptr);

    [[nodiscard]] const Availability &at(const QString &key) const;
    /// What the file's owner calls it: "ResNet-18".
    [[nodiscard]] static QString title_of(const QString &key);
    /// Bytes to download, and the folder that they go to: for the question before.
    [[nodiscard]] static QString cost_of(const QString &key);

public Q_SLOTS:
    void start(const QString &key);
    void cancel(const QString &key);
    void take_progress(const QString &key, const ca::DownloadProgress &progress);
    void take_success(const QString &key);
    void take_failure(const QString &key, const ca::Error &error);

Q_SIGNALS:
    void wanted(const QString &key);
    void unwanted(const QString &key);
    void changed(const QString &key);
    void arrived(const QString &key);

private:
    void set(const QString &key, const Availability &there);

    std::map<QString, Availability> there_;
};

} // namespace ca
