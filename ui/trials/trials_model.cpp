// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trials_model.h"

#include "ui/common/words.h"

#include <limits>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kAbsent = std::numeric_limits<double>::lowest();

bool is_number(int column)
{
    return column >= TrialsModel::Megabytes && column <= TrialsModel::Milliseconds;
}

} // namespace

TrialsModel::TrialsModel(QObject *parent) : QAbstractTableModel(parent) { }

void TrialsModel::set_study(std::shared_ptr<const Study> study)
{
    std::vector<TrialFacts> rows;
    if (study)
        for (const Trial &trial : study->trials)
            rows.push_back(trial_facts(*study, trial));
    bool grows = study && rows.size() >= rows_.size();
    for (std::size_t i = 0; grows && i < rows_.size(); ++i)
        grows = rows[i].id == rows_[i].id;
    if (!grows) {
        beginResetModel();
        study_ = std::move(study);
        rows_ = std::move(rows);
        endResetModel();
        return;
    }
    const int before = rowCount();
    const int after = static_cast<int>(rows.size());
    if (after > before)
        beginInsertRows({}, before, after - 1);
    study_ = std::move(study);
    rows_ = std::move(rows);
    if (after > before)
        endInsertRows();
    if (before > 0)
        Q_EMIT dataChanged(index(0, 0), index(before - 1, ColumnCount - 1));
}

int TrialsModel::row_of(const QString &id) const
{
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].id == id)
            return static_cast<int>(i);
    return -1;
}

int TrialsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int TrialsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TrialsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TrialFacts &facts = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::ToolTipRole: {
        const Trial &trial = study_->trials[static_cast<std::size_t>(index.row())];
        if (index.column() == Milliseconds && facts.simulated)
            return tr("Simulated: no real kernel computes this recipe here, so it has no time");
        if (index.column() == State && !trial.error.empty())
            return words::from(trial.error);
        return index.column() == RecipeName || index.column() == State ? text(index.row(), index.column()) : QString();
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter
                                   | (is_number(index.column()) || index.column() == State ? Qt::AlignRight : Qt::AlignLeft));
    case SortRole:
        return sort_key(index.row(), index.column());
    case IdRole:
        return facts.id;
    case ToneRole:
        return static_cast<int>(facts.tone);
    default:
        return {};
    }
}

QString TrialsModel::text(int row, int column) const
{
    const TrialFacts &facts = rows_[static_cast<std::size_t>(row)];
    switch (column) {
    case Id:
        return facts.id;
    case From:
        return facts.from;
    case RecipeName:
        return facts.recipe;
    case Megabytes:
        return facts.megabytes ? words::three_digits(*facts.megabytes) : QString();
    case Top1:
        return facts.top1 ? words::percent(*facts.top1) : QString();
    case Drop:
        return facts.drop ? words::points(*facts.drop) : QString();
    case Milliseconds:
        if (facts.milliseconds)
            return words::three_digits(*facts.milliseconds);
        return facts.simulated ? tr("sim.") : QString();
    case State:
        return facts.state;
    default:
        return {};
    }
}

QVariant TrialsModel::sort_key(int row, int column) const
{
    const TrialFacts &facts = rows_[static_cast<std::size_t>(row)];
    switch (column) {
    case Id: {
        // Newest first is the usual order; what still waits stays below it, next one first.
        const bool waits = study_->trials[static_cast<std::size_t>(row)].state == TrialState::queued;
        return waits ? -row - 1 : row;
    }
    case Megabytes:
        return facts.megabytes.value_or(kAbsent);
    case Top1:
        return facts.top1.value_or(kAbsent);
    case Drop:
        return facts.drop.value_or(kAbsent);
    case Milliseconds:
        return facts.milliseconds.value_or(kAbsent);
    default:
        return text(row, column);
    }
}

QVariant TrialsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (is_number(section) || section == State ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ToolTipRole && section == Drop)
        return tr("Top-1 on selection against float, in percentage points");
    if (role == Qt::ToolTipRole && section == Milliseconds)
        return tr("Median of one image at batch 1, by real kernels");
    if (role != Qt::DisplayRole)
        return {};
    const QString names[ColumnCount] = {tr("Trial"),   tr("From"), tr("Recipe"), tr("MB"),
                                        tr("Top-1 %"), tr("Drop"), tr("ms"),     tr("State")};
    return names[section];
}

} // namespace ca
