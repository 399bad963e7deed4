// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QWidget>

#include <memory>

class QSortFilterProxyModel;

namespace ca {

class StatePane;
class Table;
class TrialsModel;

/// The table of trials, newest first, sortable by every column. A narrow pane leaves out what stands elsewhere too.
class TrialsPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TrialsPane)
public:
    explicit TrialsPane(QWidget *parent = nullptr);

    void set_study(std::shared_ptr<const Study> study);
    void select(const QString &trial);
    [[nodiscard]] QString selected() const;
    [[nodiscard]] StatePane *states() const { return states_; }

Q_SIGNALS:
    void trial_selected(const QString &trial); ///< by a person, here

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fit_columns();

    StatePane *states_ = nullptr;
    Table *table_ = nullptr;
    TrialsModel *model_ = nullptr;
    QSortFilterProxyModel *sorted_ = nullptr;
    bool telling_ = true; ///< false while the selection is set from outside
};

} // namespace ca
