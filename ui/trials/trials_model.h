// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "ui/trials/trial_words.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace ca {

/// The trials of a study as rows, in the study's order.
class TrialsModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TrialsModel)
public:
    enum Column {
        Id,
        From,
        RecipeName,
        PredictedMegabytes,
        Megabytes,
        Top1,
        PredictedDrop,
        Drop,
        Milliseconds,
        State,
        ColumnCount
    };
    enum Role {
        SortRole = Qt::UserRole + 1, ///< raw numbers; what is absent sorts below all
        IdRole,                      ///< trial id, in every column
        ToneRole,                    ///< TrialFacts::Tone as int, of the state's words
        OutcomeRole,                 ///< Outcome as int, of size and drop against what was predicted; elsewhere unknown
    };

    explicit TrialsModel(QObject *parent = nullptr);

    /// Rows that stay are updated in place, so that selection and scrolling survive.
    void set_study(std::shared_ptr<const Study> study);
    [[nodiscard]] int row_of(const QString &id) const; ///< -1 where there is none

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QString tip(int row, int column) const;
    [[nodiscard]] QString spoken(int row, int column) const;
    [[nodiscard]] QVariant sort_key(int row, int column) const;

    std::shared_ptr<const Study> study_;
    std::vector<TrialFacts> rows_;
};

} // namespace ca
