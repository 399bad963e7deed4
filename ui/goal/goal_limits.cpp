// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/goal/goal_limits.h"

#include "ui/common/words.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

using Unit = SizeLimit::Unit;

constexpr int kNumberWidth = 96;
constexpr double kUsualDrop = 0.5, kUsualRatio = 8, kUsualLatency = 5;
constexpr double kLeastRatio = 1.1, kMostRatio = 15; // 2 bits and their scales of 32
constexpr double kMostMegabytes = 99'999;

} // namespace

GoalLimits::GoalLimits(Bytes float_file, const GoalFacts &goal, QWidget *parent) : QWidget(parent), float_file_(float_file)
{
    setObjectName(u"goal_limits"_s);
    form_ = new QGridLayout(this);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(8);
    form_->setVerticalSpacing(6);
    form_->setColumnStretch(2, 1);

    add_heading(tr("What the answer must hold"));
    drop_ = make_number(u"goal_drop_points"_s, tr("Points of accuracy to lose at most"), 0, 100, 2);
    limits_drop_ = add_limit(u"goal_drop"_s, tr("Lose at most"), drop_, new QLabel(tr("points of accuracy")));
    size_ = make_number(u"goal_size_value"_s, tr("The size that the file may take"), 0.001, kMostMegabytes, 2);
    unit_ = new QComboBox;
    unit_->setObjectName(u"goal_size_unit"_s);
    unit_->setAccessibleName(tr("What the size is counted in"));
    unit_->addItem(tr("MB"), static_cast<int>(Unit::megabytes));
    unit_->addItem(tr("times smaller than float"), static_cast<int>(Unit::times_smaller));
    limits_size_ = add_limit(u"goal_size"_s, tr("Limit the file to"), size_, unit_);
    float_ = new QLabel;
    float_->setObjectName(u"goal_float"_s);
    float_->setProperty("role", "dim");
    form_->addWidget(float_, form_->rowCount(), 1, 1, 2);
    latency_ = make_number(u"goal_latency_ms"_s, tr("Milliseconds for one image at most"), 0.01, 99'999, 2);
    limits_latency_ = add_limit(u"goal_latency"_s, tr("Take at most"), latency_, new QLabel(tr("ms for one image")));

    add_heading(tr("What the search may take"));
    trials_ = add_number(u"goal_trials"_s, tr("Trials, with float"), 2, 1000, goal.trials);
    minutes_ = add_number(u"goal_minutes"_s, tr("Minutes"), 1, 10'000, goal.minutes);

    fill(goal);
    connect(unit_, &QComboBox::currentIndexChanged, this, &GoalLimits::set_unit);
    for (const QCheckBox *box : {limits_drop_, limits_size_, limits_latency_})
        connect(box, &QCheckBox::toggled, this, &GoalLimits::refresh);
    for (const QDoubleSpinBox *number : {drop_, size_, latency_})
        connect(number, &QDoubleSpinBox::valueChanged, this, &GoalLimits::refresh);
    for (const QSpinBox *number : {trials_, minutes_})
        connect(number, &QSpinBox::valueChanged, this, &GoalLimits::changed);
}

void GoalLimits::fill(const GoalFacts &goal)
{
    limits_drop_->setChecked(goal.max_drop.has_value());
    drop_->setValue(goal.max_drop.value_or(kUsualDrop));
    const SizeLimit size = goal.size.value_or(SizeLimit{kUsualRatio, Unit::times_smaller});
    limits_size_->setChecked(goal.size.has_value());
    unit_->setCurrentIndex(unit_->findData(static_cast<int>(size.unit)));
    set_unit();
    size_->setValue(size.value);
    limits_latency_->setChecked(goal.latency.has_value());
    latency_->setValue(goal.latency.value_or(kUsualLatency));
    refresh();
}

void GoalLimits::add_heading(const QString &text)
{
    const int row = form_->rowCount();
    auto *heading = new QLabel(text);
    heading->setProperty("role", "heading");
    heading->setContentsMargins(0, row > 1 ? 12 : 0, 0, 2);
    form_->addWidget(heading, row, 0, 1, 3);
}

QCheckBox *GoalLimits::add_limit(const QString &name, const QString &text, QDoubleSpinBox *number, QWidget *unit)
{
    auto *box = new QCheckBox(text);
    box->setObjectName(name);
    box->setAccessibleName(number->accessibleName());
    const int row = form_->rowCount();
    form_->addWidget(box, row, 0);
    form_->addWidget(number, row, 1);
    form_->addWidget(unit, row, 2, Qt::AlignLeft | Qt::AlignVCenter);
    return box;
}

QDoubleSpinBox *GoalLimits::make_number(const QString &name, const QString &accessible, double least, double most, int decimals)
{
    auto *number = new QDoubleSpinBox;
    number->setObjectName(name);
    number->setAccessibleName(accessible);
    number->setDecimals(decimals);
    number->setRange(least, most);
    number->setSingleStep(0.1);
    number->setButtonSymbols(QAbstractSpinBox::NoButtons);
    number->setFixedWidth(kNumberWidth);
    return number;
}

QSpinBox *GoalLimits::add_number(const QString &name, const QString &text, int least, int most, int value)
{
    auto *number = new QSpinBox;
    number->setObjectName(name);
    number->setAccessibleName(text);
    number->setRange(least, most);
    number->setValue(value);
    number->setButtonSymbols(QAbstractSpinBox::NoButtons);
    number->setFixedWidth(kNumberWidth);
    auto *label = new QLabel(text);
    label->setBuddy(number);
    const int row = form_->rowCount();
    form_->addWidget(label, row, 0);
    form_->addWidget(number, row, 1);
    return number;
}

/// The same limit in the other unit.
void GoalLimits::set_unit()
{
    const bool by_size = unit_->currentData().toInt() == static_cast<int>(Unit::megabytes);
    const double before = size_->value();
    const double megabytes = words::megabytes(float_file_);
    size_->setDecimals(by_size ? (megabytes < 1 ? 4 : 2) : 1);
    size_->setRange(by_size ? 0.0001 : kLeastRatio, by_size ? kMostMegabytes : kMostRatio);
    if (before > 0 && megabytes > 0)
        size_->setValue(megabytes / before);
    refresh();
}

void GoalLimits::refresh()
{
    drop_->setEnabled(limits_drop_->isChecked());
    size_->setEnabled(limits_size_->isChecked());
    unit_->setEnabled(limits_size_->isChecked());
    latency_->setEnabled(limits_latency_->isChecked());
    const double megabytes = words::megabytes(float_file_);
    QString text = megabytes > 0 ? tr("float takes %1").arg(words::size(float_file_)) : QString();
    if (megabytes > 0 && limits_size_->isChecked() && size_->value() > 0) {
        const double other = megabytes / size_->value();
        text += unit_->currentData().toInt() == static_cast<int>(Unit::megabytes)
            ? tr("; this is %1 times smaller").arg(words::three_digits(other))
            : tr("; this is %1 MB").arg(words::three_digits(other));
    }
    float_->setText(text);
    Q_EMIT changed();
}

GoalFacts GoalLimits::goal() const
{
    GoalFacts goal;
    if (limits_drop_->isChecked())
        goal.max_drop = drop_->value();
    if (limits_size_->isChecked())
        goal.size = SizeLimit{size_->value(), static_cast<Unit>(unit_->currentData().toInt())};
    if (limits_latency_->isChecked())
        goal.latency = latency_->value();
    goal.trials = trials_->value();
    goal.minutes = minutes_->value();
    return goal;
}

} // namespace ca
