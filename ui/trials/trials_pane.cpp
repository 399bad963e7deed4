// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trials_pane.h"

#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/trials/trials_model.h"

#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

class TrialDelegate final : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

protected:
    QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = theme_of(option.palette);
        // State colours are too close to the selection to be read on it; the word says it all.
        if (index.column() != TrialsModel::State || option.state & QStyle::State_Selected)
            return theme.ink;
        switch (static_cast<TrialFacts::Tone>(index.data(TrialsModel::ToneRole).toInt())) {
        case TrialFacts::Tone::good:
            return theme.good;
        case TrialFacts::Tone::bad:
            return theme.bad;
        case TrialFacts::Tone::plain:
            break;
        }
        return theme.dim;
    }
};

} // namespace

TrialsPane::TrialsPane(QWidget *parent) : QWidget(parent)
{
    model_ = new TrialsModel(this);
    sorted_ = new QSortFilterProxyModel(this);
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(TrialsModel::SortRole);
    auto *table = new Table(u"trials_table"_s, tr("Trials"));
    table_ = table;
    table->setModel(sorted_);
    table->setItemDelegate(new TrialDelegate(table));
    table->setSortingEnabled(true);
    table->sortByColumn(TrialsModel::Id, Qt::DescendingOrder);
    table->horizontalHeader()->setSortIndicatorShown(false);
    table->set_widths({46, 74, 0, 54, 68, 60, 56, 126});
    states_ = new StatePane(u"trials"_s, table);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(states_);
    connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (telling_)
            Q_EMIT trial_selected(selected());
    });
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
