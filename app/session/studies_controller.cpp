// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/studies_controller.h"

#include "app/session/session.h"
#include "app/session/study_controller.h"
#include "app/session/study_shelf.h"
#include "app/settings/settings.h"
#include "ui/common/question.h"
#include "ui/common/words.h"
#include "ui/main_window.h"
#include "ui/studies/compare_dialog.h"
#include "ui/studies/studies_dialog.h"
#include "ui/studies/studies_menu.h"

#include <QFileDialog>
#include <QFileInfo>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

StudiesController::StudiesController(MainWindow &window, Session &session, Settings &settings, StudyShelf &shelf,
                                     StudyController &study, QObject *parent)
    : QObject(parent), window_(window), session_(session), settings_(settings), shelf_(shelf), study_(study)
{
    connect_menu();
    connect_shelf();
    list();
}

void StudiesController::connect_menu()
{
    const StudiesMenu *menu = &window_.studies_menu();
    connect(menu, &StudiesMenu::open_requested, this, &StudiesController::open_list);
    connect(menu, &StudiesMenu::study_chosen, this, &StudiesController::open);
    connect(menu, &StudiesMenu::compare_requested, this, &StudiesController::open_comparison);
    connect(menu, &StudiesMenu::copy_requested, this, [this] { choose_copy(shown()); });
    connect(menu, &StudiesMenu::remove_requested, this, [this] { ask_to_remove(shown()); });
    connect(&study_, &StudyController::shown_changed, this,
            [this] { window_.studies_menu().set_shown(QFileInfo(shown()).fileName()); });
    connect(&study_, &StudyController::written, this, &StudiesController::list);
}

void StudiesController::connect_shelf()
{
    connect(&shelf_, &StudyShelf::listed, this, &StudiesController::take_list);
    connect(&shelf_, &StudyShelf::list_failed, this, [this](const Error &error) {
        if (dialog_)
            dialog_->show_failure(words::from(error.text()));
        if (comparison_)
            comparison_->show_failure(words::from(error.text()));
    });
    connect(&shelf_, &StudyShelf::opened, this, [this](const auto &study) { take_opened(*study); });
    connect(&shelf_, &StudyShelf::open_failed, this, [this](const QString &, const Error &error) { warn(error); });
    connect(&shelf_, &StudyShelf::compared, this, [this](const ComparisonFacts &facts) {
        if (comparison_)
            comparison_->set_comparison(facts);
    });
    connect(&shelf_, &StudyShelf::compare_failed, this, [this](const Error &error) {
        if (comparison_)
            comparison_->show_failure(words::from(error.text()));
    });
    connect(&shelf_, &StudyShelf::copied, this, [this](const QString &to) {
        settings_.add_recent(Setting::recent_studies, to);
        say(tr("Copied to %1").arg(words::escaped(to)));
        list();
    });
    connect(&shelf_, &StudyShelf::removed, this, [this](const QString &folder, const QStringList &left) {
        study_.drop(folder.toStdString());
        say(left.isEmpty() ? tr("Deleted %1").arg(words::escaped(folder))
                           : tr("Deleted the study; %1 is not its own and stays").arg(words::escaped(left.join(u", "_s))));
        list();
    });
    connect(&shelf_, &StudyShelf::change_failed, this, &StudiesController::warn);
}

void StudiesController::list()
{
    shelf_.list(settings_.value(Setting::recent_studies).toStringList());
}

void StudiesController::take_list(const std::vector<StudyRow> &rows)
{
    rows_ = rows;
    window_.studies_menu().set_recent(rows);
    if (dialog_)
        dialog_->set_studies(rows);
    if (comparison_ && !comparison_->has_studies())
        comparison_->set_studies(rows, shown());
}

void StudiesController::open_list()
{
    if (dialog_)
        return;
    dialog_ = new StudiesDialog(&window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &StudiesDialog::study_chosen, this, &StudiesController::open);
    connect(dialog_, &StudiesDialog::folder_requested, this, &StudiesController::choose_folder);
    connect(dialog_, &StudiesDialog::copy_requested, this, &StudiesController::choose_copy);
    connect(dialog_, &StudiesDialog::remove_requested, this, &StudiesController::ask_to_remove);
    dialog_->open();
    list();
}

void StudiesController::open_comparison()
{
    if (comparison_)
        return;
    comparison_ = new CompareDialog(&window_);
    comparison_->setAttribute(Qt::WA_DeleteOnClose);
    connect(comparison_, &CompareDialog::pair_chosen, &shelf_, &StudyShelf::compare);
    comparison_->open();
    list();
}

void StudiesController::open(const QString &folder)
{
    if (session_.is_running())
        window_.warn(tr("A study is running. Stop it before you open another."));
    else
        shelf_.open(folder);
}

void StudiesController::take_opened(const ShelvedStudy &study)
{
    settings_.add_recent(Setting::recent_studies, words::from(study.folder.string()));
    study_.show(study);
    if (dialog_)
        dialog_->accept();
    list();
}

void StudiesController::choose_folder()
{
    auto *chooser = new QFileDialog(front(), tr("Open the folder of a study"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::Directory);
    chooser->setOption(QFileDialog::ShowDirsOnly);
    connect(chooser, &QFileDialog::fileSelected, this, &StudiesController::open);
    chooser->open();
}

void StudiesController::choose_copy(const QString &folder)
{
    if (folder.isEmpty())
        return;
    auto *chooser = new QFileDialog(front(), tr("Copy the study into a new folder"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(QFileDialog::AcceptSave);
    chooser->setFileMode(QFileDialog::AnyFile);
    chooser->setLabelText(QFileDialog::Accept, tr("Copy"));
    chooser->setDirectory(QFileInfo(folder).path());
    chooser->selectFile(QFileInfo(folder).fileName() + u"-copy"_s);
    connect(chooser, &QFileDialog::fileSelected, this, [this, folder](const QString &to) { copy(folder, to); });
    chooser->open();
}

void StudiesController::copy(const QString &folder, const QString &to)
{
    shelf_.copy(folder, to);
}

void StudiesController::ask_to_remove(const QString &folder)
{
    if (folder.isEmpty())
        return;
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const StudyRow &one) { return one.folder == folder; });
    const QString what = row == rows_.end() || !row->problem.isEmpty()
        ? tr("All that was measured in it is lost. It stands in %1.").arg(words::escaped(folder))
        : tr("%1 of %2 trials are finished. What they measured is lost, and their exports. It stands in %3.")
              .arg(row->done)
              .arg(row->trials)
              .arg(words::escaped(folder));
    ask(front(), {tr("Delete the study %1?").arg(words::escaped(QFileInfo(folder).fileName())), what, tr("Delete"), true},
        [this, folder] { remove(folder); });
}

/// A study that is open for messages is closed first.
void StudiesController::remove(const QString &folder)
{
    if (!session_.is_open() || session_.is_running()) {
        shelf_.remove(folder);
        return;
    }
    connect(
        &session_, &Session::study_closed, &shelf_, [this, folder] { shelf_.remove(folder); }, Qt::SingleShotConnection);
    session_.close_study();
}

void StudiesController::say(const QString &sentence)
{
    if (dialog_)
        dialog_->set_note(sentence);
    else
        window_.set_saved_note(sentence);
}

void StudiesController::warn(const Error &error)
{
    if (dialog_)
        dialog_->set_note(words::from(error.text()));
    else
        window_.warn(words::from(error.text()));
}

QString StudiesController::shown() const
{
    return words::from(study_.folder().string());
}

QWidget *StudiesController::front() const
{
    return dialog_ ? static_cast<QWidget *>(dialog_.data()) : static_cast<QWidget *>(&window_);
}

} // namespace ca
