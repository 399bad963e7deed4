// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/studies/compared_trials_model.h"

#include "ui/common/words.h"

namespace ca {
namespace {

bool is_number(int column)
{
    using Model = ComparedTrialsModel;
    return column == Model::Megabytes || column == Model::Percent || column == Model::Drop || column == Model::Milliseconds;
}

} // namespace

ComparedTrialsModel::ComparedTrialsModel(QObject *parent) : QAbstractTableModel(parent) { }

void ComparedTrialsModel::set_facts(const ComparisonFacts &facts)
{
    beginResetModel();
    names_ = {facts.studies[0].name, facts.studies[1].name};
    trials_ = facts.trials;
    endResetModel();
}

int ComparedTrialsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(trials_.size());
}

int ComparedTrialsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Count;
}

QVariant ComparedTrialsModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const ComparedTrial &trial = trials_[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((is_number(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == kHoldsRole)
        return trial.holds;
    if (role == Qt::ToolTipRole)
        return words::tip(data(index, Qt::DisplayRole).toString());
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Study:
        return words::escaped(names_[static_cast<std::size_t>(trial.side)]);
    case Id:
        return trial.id;
    case Recipe:
        return words::escaped(trial.recipe);
    case Megabytes:
        return words::three_digits(trial.megabytes);
    case Percent:
        return QString::number(trial.percent, 'f', 1);
    case Drop:
        return trial.drop ? words::points(*trial.drop) : QString();
    case Milliseconds:
        return trial.milliseconds ? words::three_digits(*trial.milliseconds) : QString();
    default:
        return trial.standing;
    }
}

QVariant ComparedTrialsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((is_number(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    static constexpr std::array<const char *, Count> kHeadings{
        QT_TR_NOOP("Study"),   QT_TR_NOOP("Trial"), QT_TR_NOOP("Recipe"), QT_TR_NOOP("MB"),
        QT_TR_NOOP("Top-1 %"), QT_TR_NOOP("Drop"),  QT_TR_NOOP("ms"),     QT_TR_NOOP("Beside the other")};
    return tr(kHeadings.at(static_cast<std::size_t>(section)));
}

} // namespace ca
