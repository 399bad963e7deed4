// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trials_pane.h"

#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/trials/trials_model.h"

#include <QHeaderView>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

// A pane less wide than this hides who proposed a trial, which its card says, or the predicted size, which is exact.
constexpr int kWidthForOrigin = 762;
constexpr int kWidthForPredictedSize = 688;

/// px of each column; 0 for the one that takes what is left: the recipe's name, and in a narrow pane the state.
std::vector<int> column_widths(bool is_narrow)
{
    return {44, 72, is_narrow ? 114 : 0, 70, 50, 66, 78, 68, 48, is_narrow ? 0 : 140};
}

class TrialDelegate final : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        RowDelegate::paint(painter, option, index);
        const QString mark = mark_of(outcome(index));
        if (mark.isEmpty())
            return;
        painter->setPen(color(option, index));
        painter->drawText(option.rect.adjusted(kMarkAt, 0, 0, 0), static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft), mark);
    }

protected:
    QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = theme_of(option.palette);
        // State colours are too close to the selection to be read on it; the word or the mark says it all.
        if (option.state & QStyle::State_Selected)
            return theme.ink;
        if (index.column() == TrialsModel::State)
            return state_color(static_cast<TrialFacts::Tone>(index.data(TrialsModel::ToneRole).toInt()), theme);
        if (index.column() == TrialsModel::PredictedMegabytes || index.column() == TrialsModel::PredictedDrop)
            return theme.dim;
        switch (outcome(index)) {
        case Outcome::better:
            return theme.good;
        case Outcome::worse:
            return theme.warning;
        case Outcome::unknown:
        case Outcome::as_predicted:
            break;
        }
        return theme.ink;
    }

private:
    static constexpr int kMarkAt = 6; // px from the cell's left side

    static Outcome outcome(const QModelIndex &index)
    {
        return static_cast<Outcome>(index.data(TrialsModel::OutcomeRole).toInt());
    }

    static QString mark_of(Outcome outcome)
    {
        return outcome == Outcome::better ? u"▴"_s : outcome == Outcome::worse ? u"▾"_s : QString();
    }

    static QColor state_color(TrialFacts::Tone tone, const Theme &theme)
    {
        return tone == TrialFacts::Tone::good ? theme.good : tone == TrialFacts::Tone::bad ? theme.bad : theme.dim;
    }
};

} // namespace

TrialsPane::TrialsPane(QWidget *parent) : QWidget(parent)
{
    model_ = new TrialsModel(this);
    sorted_ = new QSortFilterProxyModel(this);
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(TrialsModel::SortRole);
    table_ = new Table(u"trials_table"_s, tr("Trials"));
    table_->setModel(sorted_);
    table_->setItemDelegate(new TrialDelegate(table_));
    table_->setSortingEnabled(true);
    table_->sortByColumn(TrialsModel::Id, Qt::DescendingOrder);
    table_->horizontalHeader()->setSortIndicatorShown(false);
    fit_columns();
    states_ = new StatePane(u"trials"_s, table_);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(states_);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (telling_)
            Q_EMIT trial_selected(selected());
    });
}

void TrialsPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit_columns();
}

void TrialsPane::fit_columns()
{
    table_->setColumnHidden(TrialsModel::From, width() < kWidthForOrigin);
    table_->setColumnHidden(TrialsModel::PredictedMegabytes, width() < kWidthForPredictedSize);
    table_->set_widths(column_widths(width() < kWidthForPredictedSize));
}

void TrialsPane::set_study(std::shared_ptr<const Study> study)
{
    const QString kept = selected();
    telling_ = false;
    model_->set_study(std::move(study));
    select(kept);
    telling_ = true;
}

void TrialsPane::select(const QString &trial)
{
    if (trial == selected())
        return;
    const bool told = std::exchange(telling_, false);
    const int row = model_->row_of(trial);
    if (row < 0) {
        table_->clearSelection();
    } else {
        const QModelIndex place = sorted_->mapFromSource(model_->index(row, 0));
        table_->setCurrentIndex(place);
        table_->scrollTo(place);
    }
    telling_ = told;
}

QString TrialsPane::selected() const
{
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    return rows.isEmpty() ? QString() : rows.front().data(TrialsModel::IdRole).toString();
}

} // namespace ca
