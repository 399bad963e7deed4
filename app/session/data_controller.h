// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QObject>

#include <filesystem>

namespace ca {

class DownloadStates;
class MainWindow;
class Session;
class Settings;

/// Everything about which data is open: what the panel of the data chip chooses, and CIFAR-10's download. Outlived by all that it
/// is given.
class DataController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DataController)
public:
    /// `resources` holds `demo/pictogram10`; empty where it was not found. Opens what was chosen last.
    DataController(MainWindow &window, Session &session, Settings &settings, DownloadStates &states,
                   std::filesystem::path resources, QObject *parent = nullptr);

    [[nodiscard]] QString name() const { return name_; } ///< of the open data

private:
    void connect_all();
    void choose_folder();
    void download();
    void take_choice(const DataChoice &choice);
    void take_data(const DataFacts &facts);
    [[nodiscard]] DataChoice stored_choice() const;
    [[nodiscard]] std::filesystem::path folder_of(const QString &data) const;

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    DownloadStates &states_;
    std::filesystem::path resources_;
    QString name_;
    std::filesystem::path asked_for_; ///< the folder that the session was last asked for
    bool chosen_when_here_ = false;   ///< CIFAR-10, which is on its way
};

} // namespace ca
