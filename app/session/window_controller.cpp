// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/window_controller.h"

#include "app/session/describe_scan.h"
#include "app/session/session.h"
#include "app/settings/settings.h"
#include "core/evaluate/latency.h"
#include "ui/main_window.h"

#include <QDesktopServices>
#include <QThread>
#include <QUrl>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString demo_in(const std::filesystem::path &resources)
{
    std::error_code ignored;
    const auto demo = resources / "demo" / "clip-tiny";
    const bool is_there = !resources.empty() && std::filesystem::exists(demo, ignored);
    return is_there ? QString::fromStdString(demo.string()) : QString();
}

/// In the desktop's own program for folders.
bool show_folder(const std::filesystem::path &folder)
{
    return QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(folder.string())));
}

} // namespace

WindowController::WindowController(MainWindow &window, Session &session, Settings &settings, WindowPlaces places, QObject *parent)
    : QObject(parent),
      window_(window),
      session_(session),
      settings_(settings),
      places_(std::move(places)),
      states_(places_.memory),
      model_(window, session, settings, states_, demo_in(places_.resources)),
      data_(window, session, settings, states_, places_.resources),
      quantize_(window, session),
      shelf_(places_.studies),
      provider_store_(settings, places_.providers),
      keys_(places_.keychain ? places_.keychain() : nullptr),
      providers_(provider_store_, keys_, window),
      voices_(window.chat(), providers_, session.agent(), window),
      chat_(window, session, settings, voices_),
      study_(window, session, settings, model_, data_, chat_, {places_.studies, places_.scans}),
      studies_(window, session, settings, shelf_, study_),
      report_(
          window, [this] { return study_.folder(); }, show_folder)
{
    connect_window();
    connect_session();
    connect_downloads();
    window_.set_device(tr("CPU"),
                       tr("%1 threads · %2").arg(QThread::idealThreadCount()).arg(QString::fromStdString(instruction_set())));
    window_.restore_layout(
        {settings_.value(Setting::window_geometry).toByteArray(), settings_.value(Setting::pane_layout).toByteArray()});
}

void WindowController::connect_window()
{
    connect(&window_, &MainWindow::scan_requested, this, &WindowController::start_scan);
    connect(&window_, &MainWindow::cancel_requested, &session_, &Session::cancel);
    connect(&window_, &MainWindow::closing, this, [this] {
        session_.cancel();
        const WindowLayout layout = window_.layout_state();
        settings_.set(Setting::window_geometry, layout.geometry);
        settings_.set(Setting::pane_layout, layout.panes);
    });
}

void WindowController::connect_session()
{
    connect(&session_, &Session::progress, &window_, &MainWindow::set_progress);
    connect(&session_, &Session::model_opened, this, [this](const ModelFacts &model) { sensitivity_ = model.sensitivity; });
    connect(&session_, &Session::scan_changed, this, [this](const auto &so_far) { show_scan(*so_far); });
    connect(&session_, &Session::scan_finished, this, [this](const auto &table) { take_scan(*table); });
    connect(&session_, &Session::scan_failed, this, &WindowController::take_scan_failure);
}

void WindowController::connect_downloads()
{
    connect(&states_, &DownloadStates::wanted, &downloader_, &Downloader::start);
    connect(&states_, &DownloadStates::unwanted, &downloader_, &Downloader::cancel);
    connect(&downloader_, &Downloader::progressed, &states_, &DownloadStates::take_progress);
    connect(&downloader_, &Downloader::succeeded, &states_, &DownloadStates::take_success);
    connect(&downloader_, &Downloader::failed, &states_, &DownloadStates::take_failure);
}

void WindowController::start_scan()
{
    ScanOptions options;
    options.seed = kSeed;
    options.cache = places_.scans;
    window_.show_scanning();
    session_.start_scan(options);
}

void WindowController::show_scan(const SensitivityTable &so_far)
{
    sensitivity_ = describe_scan(so_far, sensitivity_);
    window_.set_sensitivity(sensitivity_);
}

void WindowController::take_scan(const SensitivityTable &table)
{
    show_scan(table);
    const auto layers = table.layers.size();
    window_.show_finished(table.images == 0 ? tr("Scanned the weights of %1 layers").arg(layers)
                                            : tr("Scanned %1 layers on %2 images").arg(layers).arg(table.images));
    if (!table.notes.empty())
        window_.set_saved_note(QString::fromStdString(table.notes.back()));
}

void WindowController::take_scan_failure(const Error &error)
{
    if (error.code == ErrorCode::cancelled)
        window_.show_finished(tr("Stopped; the next scan goes on from here"));
    else
        window_.show_scan_failure(error);
}

} // namespace ca
