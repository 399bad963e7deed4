// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QAbstractTableModel>

namespace ca {

/// The trials of two fronts, laid over each other by size.
class ComparedTrialsModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ComparedTrialsModel)
public:
    enum Column { Study, Id, Recipe, Megabytes, Percent, Drop, Milliseconds, Standing, Count };
    static constexpr int kHoldsRole = Qt::UserRole;

    explicit ComparedTrialsModel(QObject *parent = nullptr);

    void set_facts(const ComparisonFacts &facts);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::array<QString, 2> names_;
    std::vector<ComparedTrial> trials_;
};

} // namespace ca
