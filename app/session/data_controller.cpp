// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/data_controller.h"

#include "app/cli/data_folder.h"
#include "app/session/download_states.h"
#include "app/session/session.h"
#include "app/session/window_controller.h"
#include "app/settings/settings.h"
#include "ui/common/question.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/main_window.h"

#include <QFileDialog>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

/// What people call it; folders are called by their own name.
QString title_of(const QString &data, const QString &folder_name)
{
    if (data == pictogram10())
        return DataController::tr("Pictogram-10");
    return data == cifar10() ? DataController::tr("CIFAR-10") : folder_name;
}

} // namespace

DataController::DataController(MainWindow &window, Session &session, Settings &settings, DownloadStates &states,
                               std::filesystem::path resources, QObject *parent)
    : QObject(parent), window_(window), session_(session), settings_(settings), states_(states), resources_(std::move(resources))
{
    connect_all();
    window_.chooser().set_cifar10(states_.at(cifar10()));
    DataChoice choice = stored_choice();
    if (choice.data == cifar10() && states_.at(cifar10()).state != Availability::State::ready)
        choice.data = pictogram10(); // its folder is gone
    window_.chooser().set_choice(choice);
    take_choice(choice);
}

void DataController::connect_all()
{
    const DataChooser *chooser = &window_.chooser();
    connect(chooser, &DataChooser::data_chosen, this, &DataController::take_choice);
    connect(chooser, &DataChooser::folder_requested, this, &DataController::choose_folder);
    connect(chooser, &DataChooser::cifar10_requested, this, &DataController::download);
    connect(chooser, &DataChooser::cifar10_cancelled, this, [this] { states_.cancel(cifar10()); });
    connect(&session_, &Session::data_opened, this, &DataController::take_data);
    connect(&session_, &Session::data_failed, &window_, &MainWindow::show_data_failure);
    connect(&states_, &DownloadStates::changed, this, [this](const QString &key) {
        if (key == cifar10())
            window_.chooser().set_cifar10(states_.at(key));
    });
    connect(&states_, &DownloadStates::arrived, this, [this](const QString &key) {
        if (key != cifar10() || !chosen_when_here_ || session_.is_running())
            return;
        DataChoice choice = window_.chooser().choice();
        choice.data = cifar10();
        window_.chooser().set_choice(choice);
        take_choice(choice);
    });
}

DataChoice DataController::stored_choice() const
{
    return {settings_.value(Setting::data).toString(), settings_.value(Setting::head).toString(),
            settings_.value(Setting::samples).toInt()};
}

std::filesystem::path DataController::folder_of(const QString &data) const
{
    if (data == pictogram10())
        return resources_.empty() ? std::filesystem::path() : resources_ / "demo" / "pictogram10";
    if (data != cifar10())
        return data.toStdString();
    const auto folder = data_folder();
    return folder ? cifar10_place(*folder) : std::filesystem::path();
}

void DataController::take_choice(const DataChoice &choice)
{
    if (session_.is_running()) { // its data stays; the panel must not show what the next study would not use
        window_.chooser().set_choice(stored_choice());
        return;
    }
    settings_.set(Setting::data, choice.data);
    settings_.set(Setting::head, choice.head);
    settings_.set(Setting::samples, choice.samples);
    const std::filesystem::path folder = folder_of(choice.data);
    if (folder.empty() || folder == asked_for_)
        return;
    chosen_when_here_ = false;
    asked_for_ = folder;
    window_.show_opening_data(title_of(choice.data, QString::fromStdString(folder.filename().string())));
    session_.open_data(QString::fromStdString(folder.string()), WindowController::kSeed);
}

void DataController::take_data(const DataFacts &facts)
{
    name_ = facts.name;
    DataFacts shown = facts;
    shown.name = title_of(window_.chooser().choice().data, facts.name);
    window_.set_data(shown);
}

void DataController::download()
{
    const auto begin = [this] {
        chosen_when_here_ = true;
        states_.start(cifar10());
        window_.open_data_panel(); // where it says how far it is
    };
    if (states_.at(cifar10()).state == Availability::State::failed) {
        begin(); // it was agreed to before, and goes on where it ended
        return;
    }
    ask(&window_, {tr("Download CIFAR-10?"), DownloadStates::cost_of(cifar10()), tr("Download")}, begin);
}

void DataController::choose_folder()
{
    auto *dialog = new QFileDialog(&window_, tr("Choose a folder with CIFAR binary records"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) {
        DataChoice choice = window_.chooser().choice();
        choice.data = folder;
        window_.chooser().set_choice(choice);
        if (!session_.has_data())
            asked_for_.clear(); // a folder that was not opened is tried again
        take_choice(choice);
    });
    dialog->open();
}

} // namespace ca
