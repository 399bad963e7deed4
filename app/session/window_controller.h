// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/downloader.h"
#include "app/session/chat_controller.h"
#include "app/session/chat_voices.h"
#include "app/session/data_controller.h"
#include "app/session/download_states.h"
#include "app/session/model_controller.h"
#include "app/session/quantize_controller.h"
#include "app/session/report_controller.h"
#include "app/session/studies_controller.h"
#include "app/session/study_controller.h"
#include "app/session/study_shelf.h"
#include "app/settings/provider_controller.h"
#include "ui/facts.h"

#include <QObject>

#include <filesystem>
#include <functional>
#include <memory>

namespace ca {

class MainWindow;
class Session;
class Settings;
struct Error;
struct SensitivityTable;

/// Where the window finds what the program brings along, where studies go, and what the machine has.
struct WindowPlaces {
    std::filesystem::path resources;                       ///< holds `demo/`; empty where it was not found
    std::filesystem::path studies;                         ///< a folder for each study is made in it; empty: nothing is written
    std::optional<Bytes> memory{};                         ///< absent: not known
    std::filesystem::path scans{};                         ///< where scans keep what they measured; empty: nowhere
    std::vector<Provider> providers{};                     ///< that can be asked by name; those on this machine are looked for
    std::function<std::unique_ptr<Keychain>()> keychain{}; ///< where keys are kept; absent: in memory
};

/// Ties the window's wishes to the session's work and the session's answers to the window: scans and the window's places here,
/// models, data and studies in controllers of their own. Outlived by all three that it is given.
class WindowController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WindowController)
public:
    static constexpr quint64 kSeed = 0; ///< the command line's default: the same study there and here

    WindowController(MainWindow &window, Session &session, Settings &settings, WindowPlaces places, QObject *parent = nullptr);

    [[nodiscard]] ModelController &model() { return model_; }
    [[nodiscard]] QuantizeController &quantize() { return quantize_; }
    [[nodiscard]] StudiesController &studies() { return studies_; }
    [[nodiscard]] ReportController &report() { return report_; }
    [[nodiscard]] DownloadStates &downloads() { return states_; }
    [[nodiscard]] ChatController &chat() { return chat_; }
    [[nodiscard]] ChatVoices &voices() { return voices_; }
    [[nodiscard]] ProviderStore &provider_store() { return provider_store_; }
    [[nodiscard]] KeyRing &keys() { return keys_; }

private:
    void connect_window();
    void connect_session();
    void connect_downloads();
    void start_scan();
    void show_scan(const SensitivityTable &so_far);
    void take_scan(const SensitivityTable &table);
    void take_scan_failure(const Error &error);

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    WindowPlaces places_;
    DownloadStates states_;
    Downloader downloader_;
    ModelController model_;
    DataController data_;
    QuantizeController quantize_;
    StudyShelf shelf_;
    ProviderStore provider_store_;
    KeyRing keys_;
    ProviderController providers_;
    ChatVoices voices_;
    ChatController chat_;
    StudyController study_;
    StudiesController studies_;
    ReportController report_;
    SensitivityFacts sensitivity_; ///< of the open model, as far as known
};

} // namespace ca
