// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/quantize_dialog.h"

#include "ui/common/button.h"
#include "ui/common/words.h"
#include "ui/trials/quantize_options.h"
#include "ui/trials/quantize_result.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{860, 620};
constexpr int kMethodsWidth = 176, kRowHeight = 26, kSteps = 1000; // of the bar: finer than its pixels
constexpr auto kMixed = "mixed";

QString summary_of(const QString &method)
{
    if (const Backend *backend = find_backend(method.toStdString()))
        return QString::fromUtf8(backend->summary.data(), static_cast<qsizetype>(backend->summary.size()));
    return QuantizeDialog::tr(
        "2 to 8 bits for each layer, more where the weights' Beta noise says that rounding hurts: as small as "
        "you ask for, or as accurate.");
}

} // namespace

QuantizeDialog::QuantizeDialog(const QString &model, const QString &why_not_measure, QWidget *parent) : QDialog(parent)
{
    setObjectName(u"quantize_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Quantize %1").arg(words::escaped(model)));
    auto *row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(make_methods());
    row->addWidget(make_right(), 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addLayout(row, 1);
    column->addWidget(make_buttons());
    measure_->setEnabled(why_not_measure.isEmpty());
    measure_->setChecked(why_not_measure.isEmpty());
    measure_->setToolTip(why_not_measure);
    resize(kUsual);
    methods_->setCurrentRow(0);
    methods_->setFocus();
}

QWidget *QuantizeDialog::make_methods()
{
    methods_ = new QListWidget;
    methods_->setObjectName(u"quantize_methods"_s);
    methods_->setAccessibleName(tr("Methods"));
    methods_->setFixedWidth(kMethodsWidth);
    const auto add = [&](const QString &title, const QString &name) {
        auto *item = new QListWidgetItem(title, methods_);
        item->setData(Qt::UserRole, name);
        item->setToolTip(summary_of(name));
        item->setSizeHint({0, kRowHeight});
    };
    for (const Backend &backend : backends())
        add(QString::fromUtf8(backend.title.data(), static_cast<qsizetype>(backend.title.size())),
            QString::fromUtf8(backend.name.data(), static_cast<qsizetype>(backend.name.size())));
    add(tr("Mixed precision"), QString::fromLatin1(kMixed));
    connect(methods_, &QListWidget::currentRowChanged, this, &QuantizeDialog::show_method);
    return methods_;
}

QWidget *QuantizeDialog::make_right()
{
    summary_ = new QLabel;
    summary_->setObjectName(u"quantize_summary"_s);
    summary_->setProperty("role", "explanation");
    summary_->setWordWrap(true);
    summary_->setTextFormat(Qt::PlainText);
    summary_->setMinimumHeight(2 * fontMetrics().lineSpacing()); // nothing moves when another is longer
    options_ = new QuantizeOptions;
    measure_ = new QCheckBox(tr("Measure accuracy on selection afterwards"));
    measure_->setObjectName(u"quantize_measure"_s);
    measure_->setAccessibleName(measure_->text());
    result_ = new QuantizeResult;
    connect(options_, &QuantizeOptions::changed, this, &QuantizeDialog::tell);

    auto *right = new QWidget;
    auto *column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    column->addWidget(summary_);
    column->addWidget(options_);
    column->addWidget(measure_);
    auto *line = new QFrame;
    line->setFrameShape(QFrame::HLine);
    line->setProperty("role", "rule");
    column->addWidget(line);
    column->addWidget(result_, 1);
    column->addStretch();
    return right;
}

QWidget *QuantizeDialog::make_buttons()
{
    stage_ = new QLabel;
    stage_->setObjectName(u"quantize_stage"_s);
    stage_->setTextFormat(Qt::PlainText);
    stage_->setWordWrap(true);
    stage_->setProperty("role", "explanation");
    bar_ = new QProgressBar;
    bar_->setObjectName(u"quantize_bar"_s);
    bar_->setAccessibleName(tr("How far it is"));
    bar_->setRange(0, kSteps);
    bar_->setTextVisible(false);
    bar_->setFixedWidth(140);
    quantize_ = make_button(u"quantize_start"_s, tr("Quantize"), tr("Quantize with this method"));
    quantize_->setProperty("role", "primary");
    quantize_->setDefault(true);
    export_ = make_button(u"quantize_export"_s, tr("Export…"), tr("Export the quantized model"));
    close_ = make_button(u"quantize_close"_s, tr("Close"), tr("Close, or cancel what runs"));
    connect(quantize_, &QPushButton::clicked, this, &QuantizeDialog::quantize_requested);
    connect(export_, &QPushButton::clicked, this, &QuantizeDialog::export_requested);
    connect(close_, &QPushButton::clicked, this, &QuantizeDialog::reject);
    auto *buttons = new QWidget;
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(stage_, 1);
    for (QWidget *widget : {static_cast<QWidget *>(bar_), static_cast<QWidget *>(close_), static_cast<QWidget *>(export_),
                            static_cast<QWidget *>(quantize_)})
        row->addWidget(widget);
    return buttons;
}

QuantizeChoice QuantizeDialog::choice() const
{
    return options_->choice();
}

bool QuantizeDialog::measures() const
{
    return measure_->isChecked();
}

void QuantizeDialog::show_method()
{
    const QListWidgetItem *item = methods_->currentItem();
    if (!item)
        return;
    const QString method = item->data(Qt::UserRole).toString();
    summary_->setText(summary_of(method));
    options_->set_method(method);
    tell();
}

/// What was expected and made of another choice is stale.
void QuantizeDialog::tell()
{
    possible_ = false;
    has_result_ = false;
    result_->show_expecting();
    result_->clear_result();
    stage_->clear();
    refresh();
    Q_EMIT choice_changed();
}

void QuantizeDialog::set_expected(const ExpectedFacts &facts)
{
    possible_ = facts.problem.isEmpty();
    result_->set_expected(facts);
    refresh();
}

void QuantizeDialog::show_working()
{
    working_ = true;
    has_result_ = false;
    result_->clear_result();
    bar_->setRange(0, 0);
    stage_->setText(tr("Starting"));
    refresh();
}

void QuantizeDialog::show_exporting()
{
    working_ = true;
    bar_->setRange(0, 0);
    stage_->setText(tr("Writing the file"));
    refresh();
}

void QuantizeDialog::set_progress(const ProgressReport &how)
{
    if (!working_ || stopping_)
        return;
    stage_->setText(words::from(how.stage) + (how.total > 0 ? u" · "_s + words::far(how) : QString()));
    bar_->setRange(0, how.total > 0 ? kSteps : 0);
    if (how.total > 0)
        bar_->setValue(static_cast<int>(kSteps * how.done / how.total));
}

void QuantizeDialog::end_work(const QString &sentence)
{
    working_ = stopping_ = false;
    stage_->setText(sentence);
    refresh();
}

void QuantizeDialog::set_result(const QuantizedFacts &facts)
{
    has_result_ = true;
    result_->set_result(facts);
    end_work({});
}

void QuantizeDialog::show_failure(const Error &error)
{
    end_work(words::from(error.text()));
}

void QuantizeDialog::show_stopped()
{
    end_work(has_result_ ? tr("Stopped; no file was written") : tr("Stopped; nothing was made"));
}

void QuantizeDialog::set_exported(const QString &file, Bytes size)
{
    result_->set_exported(file, size);
    end_work({});
}

void QuantizeDialog::reject()
{
    if (!working_) {
        QDialog::reject();
        return;
    }
    stopping_ = true;
    stage_->setText(tr("Stopping…")); // the answer is on the screen before the work hears of it
    refresh();
    Q_EMIT cancel_requested();
}

void QuantizeDialog::refresh()
{
    for (QWidget *widget : {static_cast<QWidget *>(methods_), static_cast<QWidget *>(options_)})
        widget->setEnabled(!working_);
    measure_->setEnabled(!working_ && measure_->toolTip().isEmpty());
    quantize_->setEnabled(possible_ && !working_);
    export_->setEnabled(has_result_ && !working_);
    close_->setEnabled(!stopping_);
    close_->setText(working_ ? tr("Cancel") : tr("Close"));
    bar_->setVisible(working_);
}

} // namespace ca
