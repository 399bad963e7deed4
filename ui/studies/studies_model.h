// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QAbstractTableModel>

namespace ca {

/// Studies in the order they are given.
class StudiesModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudiesModel)
public:
    enum Column { Name, Model, Data, Trials, Changed, Count };

    explicit StudiesModel(QObject *parent = nullptr);

    void set_rows(std::vector<StudyRow> rows);
    [[nodiscard]] const std::vector<StudyRow> &rows() const { return rows_; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<StudyRow> rows_;
};

} // namespace ca
