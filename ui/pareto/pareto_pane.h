// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QWidget>

#include <memory>

class QFrame;
class QLabel;

namespace ca {

class ParetoChart;
class StatePane;

/// The chart, the card of the selected trial under it, and a card that follows the pointer.
class ParetoPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParetoPane)
public:
    explicit ParetoPane(QWidget *parent = nullptr);

    void set_study(std::shared_ptr<const Study> study);
    void select(const QString &trial);
    [[nodiscard]] ParetoChart *chart() const { return chart_; }
    [[nodiscard]] StatePane *states() const { return states_; }
    [[nodiscard]] QString card_trial() const; ///< whose facts the card shows
    [[nodiscard]] QWidget *hover_card() const;

Q_SIGNALS:
    void trial_selected(const QString &trial); ///< by a person, here

protected:
    void changeEvent(QEvent *event) override;

private:
    void fill_card();
    void hover(const QString &trial, const QPoint &place);

    std::shared_ptr<const Study> study_;
    QString selected_;
    StatePane *states_ = nullptr;
    ParetoChart *chart_ = nullptr;
    QLabel *card_ = nullptr;
    QLabel *hover_ = nullptr;
};

} // namespace ca
