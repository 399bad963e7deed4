// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/studies/studies_model.h"

#include "ui/common/words.h"

namespace ca {

StudiesModel::StudiesModel(QObject *parent) : QAbstractTableModel(parent) { }

void StudiesModel::set_rows(std::vector<StudyRow> rows)
{
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int StudiesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int StudiesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Count;
}

QVariant StudiesModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const StudyRow &row = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((index.column() == Trials ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return words::tip(words::escaped(row.problem.isEmpty() ? row.folder : row.problem));
    if (role != Qt::DisplayRole)
        return {};
    const bool readable = row.problem.isEmpty();
    switch (index.column()) {
    case Name:
        return words::escaped(row.name);
    case Model:
        return readable ? words::escaped(row.model) : tr("cannot be read");
    case Data:
        return words::escaped(row.data);
    case Trials:
        return readable ? tr("%1 of %2").arg(row.done).arg(row.trials) : QString();
    default:
        return row.writer.isEmpty() ? row.changed : tr("runs now");
    }
}

QVariant StudiesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == Trials ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Study");
    case Model:
        return tr("Model");
    case Data:
        return tr("Data");
    case Trials:
        return tr("Trials");
    default:
        return tr("Changed");
    }
}

} // namespace ca
