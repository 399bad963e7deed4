// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/goal/goal_facts.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;

namespace ca {

class GoalLayers;
class GoalLimits;
class Table;

/// What a study is for, before it starts: limits, trials and minutes, and layers that keep a format. Passive; `accepted` is Run
/// study, which is offered where the goal is possible.
class GoalDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GoalDialog)
public:
    GoalDialog(const GoalModel &model, const GoalFacts &goal, QWidget *parent = nullptr);

    [[nodiscard]] GoalFacts goal() const;

private:
    QWidget *make_layers(const GoalFacts &goal);
    QWidget *make_buttons();
    [[nodiscard]] std::vector<int> selected_rows() const;
    void keep_selected(int choice);
    void show_selected();
    void check();

    GoalModel model_;
    std::vector<LayerKeep> choices_;
    GoalLimits *limits_ = nullptr;
    GoalLayers *layers_ = nullptr;
    QSortFilterProxyModel *found_ = nullptr;
    Table *table_ = nullptr;
    QComboBox *keep_ = nullptr;
    QLabel *kept_ = nullptr; ///< how many layers keep something
    QLabel *problem_ = nullptr;
    QPushButton *run_ = nullptr;
};

} // namespace ca
