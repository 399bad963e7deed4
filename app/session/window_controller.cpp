// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/window_controller.h"

#include "app/session/session.h"
#include "app/settings/settings.h"
#include "core/evaluate/evaluate.h"
#include "ui/common/dropped_file.h"
#include "ui/common/words.h"
#include "ui/main_window.h"

#include <QDateTime>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QThread>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 kSeed = 0; // the command line's default: the same study there and here

QString day_of(const QFileInfo &file)
{
    const auto days = file.lastModified().date().daysTo(QDate::currentDate());
    if (days == 0)
        return WindowController::tr("today");
    return days == 1 ? WindowController::tr("yesterday") : QLocale().toString(file.lastModified().date(), QLocale::ShortFormat);
}

PickerRow row_of(const QString &path)
{
    const QFileInfo file(path);
    return {file.fileName(), words::size(bytes(file.size())) + u" · "_s + day_of(file), path, {}};
}

} // namespace

WindowController::WindowController(MainWindow &window, Session &session, Settings &settings, WindowPlaces places, QObject *parent)
    : QObject(parent), window_(window), session_(session), settings_(settings), places_(std::move(places))
{
    connect_window();
    connect_session();
    window_.set_device(tr("CPU"),
                       tr("%1 threads · %2").arg(QThread::idealThreadCount()).arg(QString::fromStdString(instruction_set())));
    window_.restore_layout(
        {settings_.value(Setting::window_geometry).toByteArray(), settings_.value(Setting::pane_layout).toByteArray()});
    fill_picker();
    const DataChoice choice = stored_choice();
    window_.set_choice(choice);
    take_choice(choice);
}

void WindowController::connect_window()
{
    connect(&window_, &MainWindow::model_dropped, this, &WindowController::open_model);
    connect(&window_, &MainWindow::model_chosen, this, &WindowController::open_model);
    connect(&window_, &MainWindow::open_requested, this, &WindowController::choose_model_file);
    connect(&window_, &MainWindow::demo_requested, this, &WindowController::open_demo);
    connect(&window_, &MainWindow::data_chosen, this, &WindowController::take_choice);
    connect(&window_, &MainWindow::data_folder_requested, this, &WindowController::choose_data_folder);
    connect(&window_, &MainWindow::start_requested, this, &WindowController::start);
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
    connect(&session_, &Session::model_opened, this, [this](const ModelFacts &facts) {
        model_name_ = QFileInfo(facts.file).completeBaseName();
        settings_.add_recent(model_file_);
        fill_picker();
        window_.set_model(facts);
    });
    connect(&session_, &Session::model_failed, &window_, &MainWindow::show_model_failure);
    connect(&session_, &Session::data_opened, this, [this](const DataFacts &facts) {
        data_name_ = facts.name;
        DataFacts shown = facts;
        if (window_.choice().folder.isEmpty())
            shown.name = tr("Pictogram-10"); // its folder's name is for files
        window_.set_data(shown);
    });
    connect(&session_, &Session::data_failed, &window_, &MainWindow::show_data_failure);
    connect(&session_, &Session::progress, &window_, &MainWindow::set_progress);
    connect(&session_, &Session::study_changed, &window_, &MainWindow::set_trials);
    connect(&session_, &Session::study_finished, this, &WindowController::take_end);
    connect(&session_, &Session::study_failed, &window_, [this](const Error &error) {
        if (error.code == ErrorCode::cancelled) // before its first trial
            window_.show_finished(tr("Stopped; nothing was measured yet"));
        else
            window_.show_failure(error);
    });
}

void WindowController::fill_picker()
{
    std::vector<PickerRow> models;
    if (const QString demo = demo_file(); !demo.isEmpty())
        models.push_back({tr("Demo: clip-tiny"), tr("comes with the program"), demo, tr("Ready")});
    std::vector<PickerRow> recent;
    for (const QString &file : settings_.value(Setting::recent_models).toStringList())
        if (file != demo_file() && QFileInfo::exists(file))
            recent.push_back(row_of(file));
    window_.set_models(models, recent);
}

QString WindowController::demo_file() const
{
    if (places_.resources.empty())
        return {};
    const QString file = QString::fromStdString((places_.resources / "demo" / "clip_tiny_pictogram10.pt").string());
    return QFileInfo::exists(file) ? file : QString();
}

QString WindowController::data_folder(const DataChoice &choice) const
{
    if (!choice.folder.isEmpty() || places_.resources.empty())
        return choice.folder;
    return QString::fromStdString((places_.resources / "demo" / "pictogram10").string());
}

void WindowController::open_model(const QString &file)
{
    if (file.isEmpty() || session_.is_running())
        return;
    model_file_ = QFileInfo(file).absoluteFilePath();
    window_.show_opening(model_file_);
    session_.open_model(model_file_);
}

void WindowController::open_demo()
{
    if (const QString demo = demo_file(); !demo.isEmpty())
        open_model(demo);
    else
        window_.warn(tr("The demo is not there: the program's resources were not found. Open a model file instead."));
}

void WindowController::choose_model_file()
{
    auto *dialog = new QFileDialog(&window_, tr("Open a model"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Models (%1)").arg(model_suffixes()), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &WindowController::open_model);
    dialog->open();
}

void WindowController::choose_data_folder()
{
    auto *dialog = new QFileDialog(&window_, tr("Choose a folder with CIFAR binary records"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) {
        DataChoice choice = window_.choice();
        choice.folder = folder;
        window_.set_choice(choice);
        if (!session_.has_data())
            opened_data_.clear(); // a folder that was not opened is tried again
        take_choice(choice);
    });
    dialog->open();
}

DataChoice WindowController::stored_choice() const
{
    return {settings_.value(Setting::data_folder).toString(), settings_.value(Setting::head).toString(),
            settings_.value(Setting::samples).toInt()};
}

void WindowController::take_choice(const DataChoice &choice)
{
    if (session_.is_running()) { // its data stays; the panel must not show what the next study would not use
        window_.set_choice(stored_choice());
        return;
    }
    settings_.set(Setting::data_folder, choice.folder);
    settings_.set(Setting::head, choice.head);
    settings_.set(Setting::samples, choice.samples);
    const QString folder = data_folder(choice);
    if (folder.isEmpty() || folder == opened_data_)
        return;
    opened_data_ = folder;
    window_.show_opening_data(choice.folder.isEmpty() ? tr("Pictogram-10") : QFileInfo(folder).fileName());
    session_.open_data(folder, kSeed);
}

std::filesystem::path WindowController::new_study_folder(const QString &name) const
{
    if (places_.studies.empty())
        return {};
    std::error_code ignored;
    std::filesystem::path folder = places_.studies / name.toStdString();
    for (int number = 2; std::filesystem::exists(folder, ignored); ++number)
        folder = places_.studies / u"%1-%2"_s.arg(name).arg(number).toStdString();
    return folder;
}

void WindowController::start(const DataChoice &choice)
{
    QString name = model_name_ + u'-' + data_name_;
    name.replace(u'/', u'-');
    study_folder_ = new_study_folder(name);
    StudyOptions options;
    options.name = study_folder_.empty() ? name.toStdString() : study_folder_.filename().string();
    options.folder = study_folder_;
    options.seed = kSeed;
    options.samples = static_cast<std::size_t>(choice.samples);
    options.head = choice.head.toStdString();
    window_.show_started();
    session_.start_study(options);
}

void WindowController::take_end(const StudyEnd &end)
{
    window_.set_trials(end.study);
    const auto done = std::count_if(end.study->trials.begin(), end.study->trials.end(),
                                    [](const Trial &trial) { return trial.state == TrialState::done; });
    window_.show_finished(end.stopped ? tr("Stopped; %1 finished trials are kept").arg(done)
                                      : tr("Finished %1 trials").arg(done));
    if (!study_folder_.empty())
        window_.set_saved_note(tr("Saved in %1").arg(QString::fromStdString(study_folder_.string())));
    if (end.not_saved)
        window_.warn(QString::fromStdString(end.not_saved->text()));
}

} // namespace ca
