// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/model_controller.h"

#include "app/session/download_states.h"
#include "app/session/model_rows.h"
#include "app/session/session.h"
#include "app/settings/settings.h"
#include "core/data/prompts.h"
#include "core/model/zoo.h"
#include "ui/common/dropped_file.h"
#include "ui/common/question.h"
#include "ui/common/words.h"
#include "ui/data_chooser/class_names_dialog.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/main_window.h"
#include "ui/model_picker/findings_dialog.h"
#include "ui/model_picker/model_picker.h"

#include <QFileDialog>
#include <QFileInfo>

namespace ca {

namespace {

QStringList to_qt(const std::vector<std::string> &texts)
{
    QStringList list;
    for (const std::string &text : texts)
        list << words::from(text);
    return list;
}

/// The row of the list that a model belongs to.
QString row_of(const ModelSource &source)
{
    return source.zoo ? words::from(source.zoo->key) : words::from(source.file.string());
}

QString name_of(const ModelSource &source)
{
    return source.zoo ? words::from(source.zoo->title) : words::from(source.file.filename().string());
}

} // namespace

ModelController::ModelController(MainWindow &window, Session &session, Settings &settings, DownloadStates &states, QString demo,
                                 QObject *parent)
    : QObject(parent), window_(window), session_(session), settings_(settings), states_(states), demo_(std::move(demo))
{
    connect_window();
    connect_picker();
    connect_session();
    connect_states();
    fill_list();
}

void ModelController::connect_window()
{
    connect(&window_, &MainWindow::model_dropped, this, &ModelController::open_file);
    connect(&window_, &MainWindow::weights_dropped, this, &ModelController::open_key);
    connect(&window_, &MainWindow::open_requested, this, &ModelController::choose_file);
    connect(&window_, &MainWindow::open_folder_requested, this, &ModelController::choose_folder);
    connect(&window_, &MainWindow::demo_requested, this, &ModelController::open_demo);
    connect(&window_, &MainWindow::retry_requested, this, [this] { open(request_); });
    connect(&window_.chooser(), &DataChooser::names_requested, this, &ModelController::edit_names);
}

void ModelController::connect_picker()
{
    const ModelPicker *picker = &window_.picker();
    connect(picker, &ModelPicker::model_chosen, this, &ModelController::choose);
    connect(picker, &ModelPicker::download_requested, this, &ModelController::download);
    connect(picker, &ModelPicker::cancel_requested, &states_, &DownloadStates::cancel);
    connect(picker, &ModelPicker::weights_requested, this, &ModelController::choose_weights);
    connect(picker, &ModelPicker::random_requested, this,
            [this](const QString &key) { open_key(key, QStringLiteral("random")); });
}

void ModelController::connect_session()
{
    connect(&session_, &Session::model_opened, this, &ModelController::take_model);
    connect(&session_, &Session::model_refused, this, &ModelController::ask_about);
    connect(&session_, &Session::data_opened, this, &ModelController::follow_data);
    connect(&session_, &Session::model_failed, this, [this](const Error &error) {
        edited_names_.reset(); // they may be the reason, and cannot be changed without a model
        request_.names.reset();
        window_.picker().set_current({});
        window_.show_model_failure(name_of(request_.source), error);
    });
}

void ModelController::connect_states()
{
    connect(&states_, &DownloadStates::changed, this, &ModelController::fill_list);
    connect(&states_, &DownloadStates::arrived, this, [this](const QString &key) {
        if (key == opens_when_here_)
            open_key(key);
    });
}

void ModelController::fill_list()
{
    window_.picker().set_models(model_rows(states_, demo_));
    QStringList recent = settings_.value(Setting::recent_models).toStringList();
    recent.removeAll(demo_);
    window_.picker().set_recent(recent_rows(recent));
}

void ModelController::open(const ModelRequest &request)
{
    if (session_.is_running()) {
        window_.warn(tr("A study is running. Stop it before you open another model."));
        window_.picker().set_current(row_of(request_.source));
        return;
    }
    opens_when_here_.clear();
    request_ = request;
    request_.names = edited_names_;
    facts_ = {};
    window_.picker().set_current(row_of(request.source));
    window_.show_opening(name_of(request.source));
    session_.open_model(request_);
}

void ModelController::open_file(const QString &file)
{
    if (!file.isEmpty())
        open({{QFileInfo(file).absoluteFilePath().toStdString(), nullptr, false}, false, {}});
}

void ModelController::open_key(const QString &key, const QString &weights)
{
    const auto source = find_model(key.toStdString(), weights.toStdString());
    if (source)
        open({*source, false, {}, weights.toStdString()});
    else
        window_.warn(words::from(source.error().text()));
}

void ModelController::open_demo()
{
    if (demo_.isEmpty())
        window_.warn(tr("The demo is not there: the program's resources were not found. Open a model file instead."));
    else
        open_file(demo_);
}

void ModelController::choose(const QString &id)
{
    if (find_in_zoo(id.toStdString()))
        open_key(id);
    else
        open_file(id);
}

void ModelController::download(const QString &key)
{
    const auto begin = [this, key] {
        opens_when_here_ = key;
        states_.start(key);
    };
    if (asked_.contains(key)) { // it goes on where it ended
        begin();
        return;
    }
    ask(&window_, {tr("Download %1?").arg(DownloadStates::title_of(key)), DownloadStates::cost_of(key), tr("Download")},
        [this, key, begin] {
            asked_ << key;
            begin();
        });
}

void ModelController::choose_file()
{
    auto *dialog = new QFileDialog(&window_, tr("Open a model"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Models (%1)").arg(model_suffixes()), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) {
        const DroppedFile chosen = chosen_file(file);
        // A file of any name is tried: choosing it under "All files" was deliberate.
        open_file(chosen.file.isEmpty() ? file : chosen.file);
    });
    dialog->open();
}

void ModelController::choose_folder()
{
    auto *dialog = new QFileDialog(&window_, tr("Open a Hugging Face folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) {
        const DroppedFile chosen = chosen_file(folder);
        if (chosen.file.isEmpty())
            window_.warn(chosen.reason);
        open_file(chosen.file);
    });
    dialog->open();
}

void ModelController::choose_weights(const QString &key)
{
    auto *dialog = new QFileDialog(&window_, tr("Choose weights for %1").arg(DownloadStates::title_of(key)));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Weights (%1)").arg(model_suffixes()), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this, key](const QString &file) {
        const DroppedFile chosen = chosen_file(file);
        open_key(key, chosen.file.isEmpty() ? file : chosen.file);
    });
    dialog->open();
}

void ModelController::take_model(const ModelFacts &facts)
{
    facts_ = facts;
    if (!request_.source.zoo) {
        settings_.add_recent(Setting::recent_models, words::from(request_.source.file.string()));
        fill_list();
        window_.picker().set_current(row_of(request_.source));
    }
    window_.set_model(facts);
}

void ModelController::ask_about(const Error &error, const std::vector<FindingFacts> &findings)
{
    const QString sentence = tr("%1 was not opened: it holds code that does more than compute. Retry shows again what was found.")
                                 .arg(name_of(request_.source));
    window_.picker().set_current({});
    window_.show_model_failure(name_of(request_.source), {error.code, sentence.toStdString(), nullptr});
    auto *dialog = new FindingsDialog(name_of(request_.source), findings, &window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, request = request_]() mutable {
        request.trust = true;
        open(request);
    });
    dialog->open();
}

void ModelController::follow_data(const DataFacts &data)
{
    data_classes_ = data.classes;
    if (facts_.zero_shot && !edited_names_ && *facts_.zero_shot != usual_names())
        open(request_);
}

QString ModelController::study_name() const
{
    return request_.source.zoo ? row_of(request_.source) : QFileInfo(facts_.name).completeBaseName();
}

Json ModelController::source() const
{
    return {{"model", row_of(request_.source).toStdString()}, {"weights", request_.weights}, {"trust", request_.trust}};
}

ClassNames ModelController::usual_names() const
{
    return {data_classes_.isEmpty() ? to_qt(cifar10_classes()) : data_classes_, to_qt(clip_templates())};
}

void ModelController::edit_names()
{
    if (!facts_.zero_shot)
        return;
    auto *dialog = new ClassNamesDialog(*facts_.zero_shot, usual_names(), &window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const ClassNames names = dialog->names();
        if (!facts_.zero_shot || names == *facts_.zero_shot || session_.is_running())
            return;
        edited_names_ = names == usual_names() ? std::nullopt : std::optional(names);
        open(request_);
    });
    dialog->open();
}

} // namespace ca
