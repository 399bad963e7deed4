// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_dialog.h"

#include "ui/common/button.h"
#include "ui/common/state_pane.h"
#include "ui/common/words.h"
#include "ui/report/page_view.h"
#include "ui/report/report_pages.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{900, 960};

QLabel *make_label(const QString &name)
{
    auto *label = new QLabel;
    label->setObjectName(name);
    label->setProperty("role", "dim");
    label->setTextFormat(Qt::PlainText);
    return label;
}

/// As high as a line also while it is empty, so that nothing moves when it speaks.
QLabel *make_note()
{
    QLabel *note = make_label(u"report_note"_s);
    note->setWordWrap(true);
    note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    note->setMinimumHeight(note->fontMetrics().lineSpacing());
    return note;
}

QHBoxLayout *make_row(QWidget *widget)
{
    auto *row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    return row;
}

} // namespace

ReportDialog::ReportDialog(QWidget *parent) : QDialog(parent)
{
    setObjectName(u"report_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Export report"));
    setSizeGripEnabled(true);
    view_ = new report::PageView;
    states_ = new StatePane(u"report"_s, view_);
    connect(states_, &StatePane::action_triggered, this, [this] {
        show_working();
        Q_EMIT retry_requested();
    });
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 16);
    column->setSpacing(12);
    column->addWidget(bar_ = make_bar());
    column->addWidget(states_, 1);
    column->addWidget(note_ = make_note());
    column->addWidget(make_foot());
    resize(kUsual);
    connect(view_, &report::PageView::zoom_changed, this, &ReportDialog::refresh);
    connect(view_, &report::PageView::current_changed, this, &ReportDialog::refresh);
    show_working();
}

QWidget *ReportDialog::make_bar()
{
    auto *bar = new QWidget;
    page_ = make_label(u"report_page"_s);
    page_->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Page %1 of %2").arg(999).arg(999)));
    zoom_ = make_label(u"report_zoom"_s);
    zoom_->setMinimumWidth(fontMetrics().horizontalAdvance(u"400 %"_s));
    zoom_->setAlignment(Qt::AlignCenter);
    auto *smaller = make_button(u"report_smaller"_s, u"−"_s, tr("Smaller"));
    auto *larger = make_button(u"report_larger"_s, u"+"_s, tr("Larger"));
    auto *fit = make_button(u"report_fit"_s, tr("Fit width"), tr("Fit the page into the width"));
    connect(smaller, &QPushButton::clicked, view_, [this] { view_->step_zoom(-1); });
    connect(larger, &QPushButton::clicked, view_, [this] { view_->step_zoom(1); });
    connect(fit, &QPushButton::clicked, view_, &report::PageView::fit_width);
    connect(new QShortcut(QKeySequence::ZoomIn, this), &QShortcut::activated, larger, &QPushButton::click);
    connect(new QShortcut(QKeySequence::ZoomOut, this), &QShortcut::activated, smaller, &QPushButton::click);
    QHBoxLayout *row = make_row(bar);
    row->addWidget(page_);
    row->addStretch(1);
    for (QWidget *widget : {static_cast<QWidget *>(smaller), static_cast<QWidget *>(zoom_), static_cast<QWidget *>(larger),
                            static_cast<QWidget *>(fit)})
        row->addWidget(widget);
    return bar;
}

QWidget *ReportDialog::make_foot()
{
    auto *foot = new QWidget;
    format_ = new QComboBox;
    format_->setObjectName(u"report_format"_s);
    format_->setAccessibleName(tr("What to save the report as"));
    format_->addItem(tr("PDF"), static_cast<int>(ReportFormat::pdf));
    format_->addItem(tr("HTML"), static_cast<int>(ReportFormat::html));
    format_->addItem(tr("Markdown"), static_cast<int>(ReportFormat::markdown));
    format_->addItem(tr("All, with CSV tables, in a folder"), static_cast<int>(ReportFormat::folder));
    auto *close = make_button(u"report_close"_s, tr("Close"), tr("Close the report"));
    save_ = make_button(u"report_save"_s, tr("Save as…"), tr("Save the report"));
    save_->setProperty("role", "primary");
    save_->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(save_, &QPushButton::clicked, this, [this] { Q_EMIT save_requested(format()); });
    QHBoxLayout *row = make_row(foot);
    row->addWidget(format_);
    row->addStretch(1);
    for (QWidget *widget : {static_cast<QWidget *>(close), static_cast<QWidget *>(save_)})
        row->addWidget(widget);
    return foot;
}

ReportFormat ReportDialog::format() const
{
    return static_cast<ReportFormat>(format_->currentData().toInt());
}

void ReportDialog::show_pages(std::shared_ptr<const report::ReportPages> pages)
{
    view_->set_pages(std::move(pages));
    states_->show_content();
    view_->setFocus();
    refresh();
}

void ReportDialog::show_failure(const Error &error)
{
    states_->show_failed(words::from(error.sentence), tr("Retry"), error.cause ? words::from(error.cause->text()) : QString());
    refresh();
}

void ReportDialog::show_working()
{
    states_->show_working(tr("Reading the study"));
    refresh();
}

void ReportDialog::set_note(const QString &sentence)
{
    note_->setText(sentence);
}

void ReportDialog::refresh()
{
    const bool full = states_->state() == StatePane::State::full;
    bar_->setEnabled(full);
    format_->setEnabled(full);
    save_->setEnabled(full);
    page_->setText(full ? tr("Page %1 of %2").arg(view_->current() + 1).arg(view_->count()) : QString());
    zoom_->setText(full ? tr("%1 %").arg(std::lround(view_->zoom() * 100)) : QString());
}

} // namespace ca
