// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/goal/goal_facts.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QSpinBox;

namespace ca {

/// The limits of a goal and what the search may take, as a form.
class GoalLimits final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GoalLimits)
public:
    GoalLimits(Bytes float_file, const GoalFacts &goal, QWidget *parent = nullptr);

    /// Without `keeps`.
    [[nodiscard]] GoalFacts goal() const;

Q_SIGNALS:
    void changed();

private:
    void add_heading(const QString &text);
    QCheckBox *add_limit(const QString &name, const QString &text, QDoubleSpinBox *number, QWidget *unit);
    QSpinBox *add_number(const QString &name, const QString &text, int least, int most, int value);
    QDoubleSpinBox *make_number(const QString &name, const QString &accessible, double least, double most, int decimals);
    void fill(const GoalFacts &goal);
    void set_unit();
    void refresh();

    Bytes float_file_;
    QGridLayout *form_ = nullptr;
    QCheckBox *limits_drop_ = nullptr;
    QDoubleSpinBox *drop_ = nullptr;
    QCheckBox *limits_size_ = nullptr;
    QDoubleSpinBox *size_ = nullptr;
    QComboBox *unit_ = nullptr;
    QLabel *float_ = nullptr; ///< its size, beside the limit
    QCheckBox *limits_latency_ = nullptr;
    QDoubleSpinBox *latency_ = nullptr;
    QSpinBox *trials_ = nullptr;
    QSpinBox *minutes_ = nullptr;
};

} // namespace ca
