// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/studies/studies_dialog.h"

#include "ui/common/button.h"
#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/words.h"
#include "ui/studies/studies_model.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{860, 480};

} // namespace

StudiesDialog::StudiesDialog(QWidget *parent) : QDialog(parent)
{
    setObjectName(u"studies_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Studies"));
    model_ = new StudiesModel(this);
    table_ = new Table(u"studies_table"_s, tr("Studies"));
    table_->setModel(model_);
    table_->setItemDelegate(new RowDelegate(table_));
    table_->set_widths({0, 168, 112, 88, 136});
    states_ = new StatePane(u"studies"_s, table_);
    states_->show_working(tr("Looking for studies"));
    about_ = new QLabel;
    about_->setObjectName(u"studies_about"_s);
    about_->setProperty("role", "dim");
    about_->setTextFormat(Qt::PlainText);
    about_->setWordWrap(true);
    about_->setMinimumHeight(2 * fontMetrics().lineSpacing()); // nothing moves when another is longer

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(states_, 1);
    column->addWidget(about_);
    column->addWidget(make_buttons());
    resize(kUsual);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] { set_note({}); });
    connect(table_, &QTableView::doubleClicked, this, &StudiesDialog::open_selected);
    refresh();
}

QWidget *StudiesDialog::make_buttons()
{
    auto *elsewhere = make_button(u"studies_folder"_s, tr("Another folder…"), tr("Open a study that stands in another folder"));
    remove_ = make_button(u"studies_delete"_s, tr("Delete…"), tr("Delete the selected study"));
    copy_ = make_button(u"studies_copy"_s, tr("Copy…"), tr("Copy the selected study"));
    auto *close = make_button(u"studies_close"_s, tr("Close"), tr("Close the list"));
    open_ = make_button(u"studies_open"_s, tr("Open"), tr("Open the selected study"));
    open_->setProperty("role", "primary");
    open_->setDefault(true);
    connect(elsewhere, &QPushButton::clicked, this, &StudiesDialog::folder_requested);
    connect(remove_, &QPushButton::clicked, this, [this] { Q_EMIT remove_requested(selected()->folder); });
    connect(copy_, &QPushButton::clicked, this, [this] { Q_EMIT copy_requested(selected()->folder); });
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(open_, &QPushButton::clicked, this, &StudiesDialog::open_selected);
    auto *buttons = new QWidget;
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(elsewhere);
    row->addStretch();
    for (QPushButton *button : {remove_, copy_, close, open_})
        row->addWidget(button);
    return buttons;
}

void StudiesDialog::set_studies(const std::vector<StudyRow> &rows)
{
    const StudyRow *before = selected();
    const QString kept = before ? before->folder : QString();
    const QString note = note_;
    model_->set_rows(rows);
    for (int row = 0; row < static_cast<int>(rows.size()); ++row)
        if (row == 0 || rows[static_cast<std::size_t>(row)].folder == kept)
            table_->selectRow(row);
    if (rows.empty())
        states_->show_empty(tr("There is no study yet. Run one, or open a folder that holds one."), {});
    else
        states_->show_content();
    if (kept.isEmpty())
        table_->setFocus(); // for the arrow keys; Enter opens
    set_note(note);
}

void StudiesDialog::show_failure(const QString &sentence)
{
    states_->show_failed(sentence, {}, {});
}

void StudiesDialog::set_note(const QString &sentence)
{
    note_ = sentence;
    refresh();
}

const StudyRow *StudiesDialog::selected() const
{
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : &model_->rows()[static_cast<std::size_t>(rows.front().row())];
}

void StudiesDialog::open_selected()
{
    const StudyRow *row = selected();
    if (!row || !row->problem.isEmpty())
        return;
    Q_EMIT study_chosen(row->folder);
}

void StudiesDialog::refresh()
{
    const StudyRow *row = selected();
    const bool readable = row && row->problem.isEmpty();
    open_->setEnabled(readable);
    copy_->setEnabled(readable);
    remove_->setEnabled(row && row->writer.isEmpty());
    remove_->setToolTip(row && !row->writer.isEmpty() ? tr("It is being written by %1").arg(row->writer) : QString());
    const QString about = !row ? QString() : words::escaped(readable ? row->folder : row->problem);
    about_->setText(note_.isEmpty() ? about : note_);
}

} // namespace ca
