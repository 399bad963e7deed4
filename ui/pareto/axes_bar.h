// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pareto/pareto_axes.h"

#include <QWidget>

class QComboBox;
class QLabel;

namespace ca {

/// Chooses what the chart shows across and up, and says what is left out for it.
class AxesBar final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AxesBar)
public:
    explicit AxesBar(QWidget *parent = nullptr);

    void set_axes(ParetoAxes axes);
    [[nodiscard]] ParetoAxes axes() const { return axes_; }
    /// An axis on which no trial has a value cannot be chosen.
    void set_available(ParetoAxis axis, bool available);
    /// `brief` stands there where there is no room for `note`, which is the tooltip then.
    void set_note(const QString &note, const QString &brief);
    [[nodiscard]] QString note() const { return words_; }

Q_SIGNALS:
    void axes_chosen(ca::ParetoAxes axes); ///< by a person

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fit_note();
    QComboBox *make_box(const QString &name, const QString &accessible_name, const QString &tip);
    void choose(ParetoAxes axes, ParetoAxes before);

    ParetoAxes axes_;
    QComboBox *x_ = nullptr;
    QComboBox *y_ = nullptr;
    QLabel *note_ = nullptr;
    QString words_, brief_;
};

} // namespace ca
