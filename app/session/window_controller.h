// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QObject>

#include <filesystem>

namespace ca {

class MainWindow;
class Session;
class Settings;
struct Error;
struct StudyEnd;

/// Where the window finds what the program brings along, and where studies go.
struct WindowPlaces {
    std::filesystem::path resources; ///< holds `demo/`; empty where it was not found
    std::filesystem::path studies;   ///< a folder for each study is made in it; empty: nothing is written
};

/// Ties the window's wishes to the session's work and the session's answers to the window. Outlived by all three.
class WindowController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WindowController)
public:
    WindowController(MainWindow &window, Session &session, Settings &settings, WindowPlaces places, QObject *parent = nullptr);

    void open_model(const QString &file);
    void open_demo();

private:
    void connect_window();
    void connect_session();
    void fill_picker();
    void choose_model_file();
    void choose_data_folder();
    void take_choice(const DataChoice &choice);
    [[nodiscard]] DataChoice stored_choice() const;
    void start(const DataChoice &choice);
    void take_end(const StudyEnd &end);
    [[nodiscard]] QString demo_file() const;
    [[nodiscard]] QString data_folder(const DataChoice &choice) const;
    [[nodiscard]] std::filesystem::path new_study_folder(const QString &name) const;

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    WindowPlaces places_;
    QString model_file_, model_name_, data_name_;
    QString opened_data_; ///< the folder that the session was last asked for
    std::filesystem::path study_folder_;
};

} // namespace ca
