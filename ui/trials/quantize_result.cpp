// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/quantize_result.h"

#include "ui/common/words.h"

#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString times_smaller(Bytes size, Bytes of_float)
{
    if (size.value <= 0)
        return {};
    return QuantizeResult::tr("%1 times smaller than float")
        .arg(words::three_digits(static_cast<double>(of_float.value) / static_cast<double>(size.value)));
}

QString duration(double seconds)
{
    if (seconds < 1)
        return QuantizeResult::tr("under a second");
    return seconds < 90 ? QuantizeResult::tr("about %1 s").arg(qRound(seconds))
                        : QuantizeResult::tr("about %1 min").arg(qRound(seconds / 60));
}

QString top1_text(const AnswersFacts &facts)
{
    const QString share = QuantizeResult::tr("%1 % (%2 to %3)")
                              .arg(words::percent(facts.top1), words::percent(facts.low), words::percent(facts.high));
    return QuantizeResult::tr("%1 of %2 images of %3")
        .arg(share, words::grouped(static_cast<std::uint64_t>(facts.images)), facts.split);
}

QString verdict_text(const AnswersFacts &facts)
{
    const QString p = QuantizeResult::tr("p %1").arg(words::p_value(facts.p_value));
    const QString change = words::points((facts.top1 - facts.float_top1) * 100);
    const QString verdict = facts.verdict == u"same"_s ? QuantizeResult::tr("no detectable drop")
        : facts.verdict == u"better"_s                 ? QuantizeResult::tr("better")
        : facts.verdict == u"worse"_s                  ? QuantizeResult::tr("worse")
                                                       : QuantizeResult::tr("undetermined");
    return QuantizeResult::tr("%1 points: %2 (%3)").arg(change, verdict, p);
}

} // namespace

QuantizeResult::QuantizeResult(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"quantize_result"_s);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    lines_ = new QFormLayout;
    lines_->setHorizontalSpacing(12);
    lines_->setVerticalSpacing(4);
    column->addLayout(lines_);
    file_ = add_line(u"quantize_file"_s, tr("Expected file"));
    memory_ = add_line(u"quantize_memory"_s, tr("Expected memory"));
    time_ = add_line(u"quantize_time"_s, tr("Expected time"));
    made_ = add_line(u"quantize_made"_s, tr("Made"));
    accuracy_ = add_line(u"quantize_accuracy"_s, tr("Top-1"));
    against_ = add_line(u"quantize_against"_s, tr("Against float"));
    exported_ = add_line(u"quantize_exported"_s, tr("Written"));
    notes_ = new QPlainTextEdit;
    notes_->setObjectName(u"quantize_notes"_s);
    notes_->setAccessibleName(tr("What stays float, and why; notes"));
    notes_->setReadOnly(true);
    notes_->setTabChangesFocus(true);
    column->addWidget(notes_, 1);
    show_expecting();
    clear_result();
}

QLabel *QuantizeResult::add_line(const QString &name, const QString &label)
{
    auto *value = new QLabel;
    value->setObjectName(name);
    value->setAccessibleName(label);
    value->setTextFormat(Qt::PlainText);
    value->setWordWrap(true);
    value->setProperty("role", "explanation");
    auto *heading = new QLabel(label);
    heading->setProperty("role", "dim");
    lines_->addRow(heading, value);
    return value;
}

void QuantizeResult::show_expecting()
{
    for (QLabel *line : {file_, memory_, time_})
        line->setText(u"…"_s);
}

void QuantizeResult::set_expected(const ExpectedFacts &facts)
{
    if (!facts.problem.isEmpty() || facts.searched) {
        file_->setText(facts.problem.isEmpty() ? tr("found by measuring on calibration images") : facts.problem);
        for (QLabel *line : {memory_, time_})
            line->setText(u"–"_s);
        return;
    }
    file_->setText(words::size(facts.file) + u" · "_s + times_smaller(facts.file, facts.float_file));
    memory_->setText(facts.run.value > 0
                         ? tr("%1 to quantize · %2 to run one image").arg(words::size(facts.work), words::size(facts.run))
                         : tr("%1 to quantize").arg(words::size(facts.work)));
    time_->setText(duration(facts.seconds));
}

void QuantizeResult::set_result(const QuantizedFacts &facts)
{
    QString made = tr("%1 in %2 s: %3").arg(facts.name, words::three_digits(facts.seconds), words::size(facts.size));
    if (facts.size != facts.predicted)
        made += u" "_s + tr("(expected %1 bytes, it is %2)").arg(facts.predicted.value).arg(facts.size.value);
    made_->setText(made);
    lines_->setRowVisible(made_, true);
    lines_->setRowVisible(accuracy_, facts.answers.has_value());
    lines_->setRowVisible(against_, facts.answers.has_value() && !facts.answers->agreement);
    if (facts.answers) {
        accuracy_->setText(top1_text(*facts.answers)
                           + (facts.answers->agreement ? u", "_s + tr("agreement with float") : QString()));
        against_->setText(verdict_text(*facts.answers));
    }
    lines_->setRowVisible(exported_, false);
    QStringList lines{tr("%1 layers quantized, %2 left in float").arg(facts.layers).arg(facts.left_float.size())};
    for (const QString &layer : facts.left_float)
        lines << u"  "_s + words::escaped(layer);
    for (const QString &note : facts.notes)
        lines << words::escaped(note);
    notes_->setPlainText(lines.join(u'\n'));
    notes_->setVisible(true);
}

void QuantizeResult::clear_result()
{
    for (QLabel *line : {made_, accuracy_, against_, exported_})
        lines_->setRowVisible(line, false);
    notes_->clear();
    notes_->setVisible(false);
}

void QuantizeResult::set_exported(const QString &file, Bytes size)
{
    exported_->setText(tr("%1 · %2 bytes").arg(words::escaped(file), words::grouped(static_cast<std::uint64_t>(size.value))));
    exported_->setToolTip(words::tip(file));
    lines_->setRowVisible(exported_, true);
}

} // namespace ca
