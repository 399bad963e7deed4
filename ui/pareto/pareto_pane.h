// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pareto/pareto_axes.h"

#include <QWidget>

#include <memory>

class QLabel;

namespace ca {

class AxesBar;
class ParetoChart;
class StatePane;

/// The chart under the choice of its axes, the card of the selected trial under it, and a card that follows the pointer.
class ParetoPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParetoPane)
public:
    explicit ParetoPane(QWidget *parent = nullptr);

    void set_study(std::shared_ptr<const Study> study);
    void select(const QString &trial);
    [[nodiscard]] ParetoChart *chart() const { return chart_; }
    [[nodiscard]] AxesBar *axes_bar() const { return axes_; }
    [[nodiscard]] StatePane *states() const { return states_; }
    [[nodiscard]] QString card_trial() const; ///< whose facts the card shows
    [[nodiscard]] QString card_text() const;  ///< HTML
    [[nodiscard]] QWidget *hover_card() const;

Q_SIGNALS:
    void trial_selected(const QString &trial);      ///< by a person, here
    void limit_moved(const ca::ParetoLimit &limit); ///< likewise: its line was dragged

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void lay_out();
    void show_axes(ParetoAxes axes);
    void fill_card();
    [[nodiscard]] QString why_not_in_chart(const Trial &trial) const; ///< empty where it is
    void hover(const QString &trial, const QPoint &place);

    std::shared_ptr<const Study> study_;
    std::vector<ParetoPoint> points_; ///< of all its finished trials
    QString selected_;
    StatePane *states_ = nullptr;
    AxesBar *axes_ = nullptr;
    ParetoChart *chart_ = nullptr;
    QLabel *card_ = nullptr;
    QWidget *card_room_ = nullptr;
    QLabel *hover_ = nullptr;
};

} // namespace ca
