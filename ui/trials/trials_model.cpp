// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trials_model.h"

#include "ui/common/words.h"

#include <limits>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QChar kDash = u'–';
constexpr double kAbsent = std::numeric_limits<double>::lowest();

bool is_number(int column)
{
    return column >= TrialsModel::PredictedMegabytes && column <= TrialsModel::Milliseconds;
}

QString or_else(const QString &text, const QString &other)
{
    return text.isEmpty() ? other : text;
}

Outcome outcome_of(const TrialFacts &facts, int column)
{
    switch (column) {
    case TrialsModel::Megabytes:
        return facts.predicted.size;
    case TrialsModel::Drop:
        return facts.predicted.accuracy;
    default:
        return Outcome::unknown;
    }
}

QString heading_tip(int column)
{
    switch (column) {
    case TrialsModel::PredictedMegabytes:
        return TrialsModel::tr("Size of the exported file in MB, as predicted before the trial");
    case TrialsModel::PredictedDrop:
        return TrialsModel::tr("Top-1 on selection against float, in percentage points, as predicted before the trial");
    case TrialsModel::Drop:
        return TrialsModel::tr(
            "Top-1 on selection against float, in percentage points; an arrow where that is more or less than was predicted");
    case TrialsModel::Milliseconds:
        return TrialsModel::tr("Median of one image at batch 1, by real kernels");
    default:
        return {};
    }
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
    case Qt::ToolTipRole:
        return tip(index.row(), index.column());
    case Qt::AccessibleTextRole:
        return spoken(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter
                                   | (is_number(index.column()) || index.column() == State ? Qt::AlignRight : Qt::AlignLeft));
    case SortRole:
        return sort_key(index.row(), index.column());
    case IdRole:
        return facts.id;
    case ToneRole:
        return static_cast<int>(facts.tone);
    case OutcomeRole:
        return static_cast<int>(outcome_of(facts, index.column()));
    default:
        return {};
    }
}

/// Where a cell says by a shape that a prediction failed, the words for it.
QString TrialsModel::spoken(int row, int column) const
{
    const Outcome outcome = outcome_of(rows_[static_cast<std::size_t>(row)], column);
    if (outcome != Outcome::better && outcome != Outcome::worse)
        return text(row, column);
    return tip(row, column);
}

QString TrialsModel::tip(int row, int column) const
{
    const TrialFacts &facts = rows_[static_cast<std::size_t>(row)];
    const Trial &trial = study_->trials[static_cast<std::size_t>(row)];
    switch (column) {
    case RecipeName:
        return words::tip(trial.reason.empty() ? facts.recipe : facts.recipe + u": "_s + words::from(trial.reason));
    case Megabytes:
        return size_sentence(trial);
    case Drop:
        return drop_sentence(trial);
    case Milliseconds:
        return facts.simulated ? tr("Simulated: no real kernel computes this recipe here, so it has no time") : QString();
    case State:
        if (!trial.error.empty())
            return words::tip(words::from(trial.error));
        return or_else(stopped_sentence(*study_, trial), facts.state);
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
    case PredictedMegabytes:
        return facts.predicted.megabytes ? words::three_digits(*facts.predicted.megabytes) : QString(kDash);
    case PredictedDrop:
        return facts.predicted.drop ? words::points(*facts.predicted.drop) : QString(kDash);
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
    case PredictedMegabytes:
        return facts.predicted.megabytes.value_or(kAbsent);
    case PredictedDrop:
        return facts.predicted.drop.value_or(kAbsent);
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
    if (role == Qt::ToolTipRole)
        return heading_tip(section);
    if (role != Qt::DisplayRole)
        return {};
    const QString names[ColumnCount] = {tr("Trial"),   tr("From"),       tr("Recipe"), tr("Pred. MB"), tr("MB"),
                                        tr("Top-1 %"), tr("Pred. drop"), tr("Drop"),   tr("ms"),       tr("State")};
    return names[section];
}

} // namespace ca
