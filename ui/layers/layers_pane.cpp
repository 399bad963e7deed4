// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_pane.h"

#include "ui/common/elided_label.h"
#include "ui/common/segments.h"
#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/words.h"
#include "ui/layers/density_view.h"
#include "ui/layers/heat_delegate.h"
#include "ui/layers/heat_legend.h"
#include "ui/layers/layer_words.h"
#include "ui/layers/layers_model.h"

#include <QEvent>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

// px; a cell of the heatmap is at least 44 wide inside its gaps
constexpr int kNarrowestCell = 48, kWidestCell = 66;
constexpr int kWeights = 64, kRecipe = 50, kNameWanted = 150;

bool has_values(const SensitivityFacts &facts, Measure measure)
{
    return std::any_of(facts.layers.begin(), facts.layers.end(), [&](const LayerFacts &layer) {
        return std::any_of(layer.of(measure).begin(), layer.of(measure).end(),
                           [](const HeatCell &cell) { return cell.value.has_value(); });
    });
}

ElidedLabel *make_line(const QString &name, const QMargins &margins)
{
    auto *line = new ElidedLabel;
    line->setObjectName(name);
    line->setProperty("role", "dim");
    line->setContentsMargins(margins);
    line->hide();
    return line;
}

} // namespace

LayersPane::LayersPane(QWidget *parent) : QWidget(parent)
{
    model_ = new LayersModel(this);
    sorted_ = new QSortFilterProxyModel(this);
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(LayersModel::SortRole);
    legend_ = new HeatLegend;
    measures_ = new Segments(u"layers_measure"_s, tr("What the cells say"), {tr("Divergence"), tr("Beta noise"), tr("Bytes")});
    density_ = new DensityView;
    density_->hide();
    notes_ = make_line(u"layers_notes"_s, {12, 6, 12, 0});
    summary_ = make_line(u"layers_summary"_s, {12, 4, 12, 2});
    make_table();
    lay_out();
    connect(measures_, &Segments::chosen, this, [this](int number) {
        chosen_ = true;
        show_measure(kMeasures[static_cast<std::size_t>(number)]);
    });
    show_measure(Measure::noise);
}

void LayersPane::make_table()
{
    table_ = new Table(u"layers_table"_s, tr("Layers"));
    table_->setModel(sorted_);
    table_->setItemDelegate(new HeatDelegate(table_));
    table_->setSortingEnabled(true);
    table_->sortByColumn(LayersModel::Name, Qt::AscendingOrder); // the order of the program
    table_->horizontalHeader()->setSortIndicatorShown(false);
    table_->viewport()->installEventFilter(this);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LayersPane::show_selected);
}

void LayersPane::lay_out()
{
    auto *split = new QSplitter(Qt::Vertical);
    split->setObjectName(u"layers_split"_s);
    split->setHandleWidth(1);
    split->addWidget(table_);
    split->addWidget(density_);
    split->setStretchFactor(0, 1);
    split->setCollapsible(0, false);
    auto *content = new QWidget;
    auto *rows = new QVBoxLayout(content);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(split, 1);
    rows->addWidget(summary_);
    states_ = new StatePane(u"layers"_s, content);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(notes_);
    column->addWidget(states_, 1);
}

void LayersPane::set_facts(const SensitivityFacts &facts)
{
    const QString kept = selected();
    const bool had_divergence = has_values(model_->facts(), Measure::divergence);
    const bool is_other = facts.layers.size() != model_->facts().layers.size() || facts.layers.empty()
        || facts.layers.front().name != model_->facts().layers.front().name;
    chosen_ = chosen_ && !is_other;
    model_->set_facts(facts);
    if (is_other)
        table_->sortByColumn(LayersModel::Name, Qt::AscendingOrder);
    if (is_other && !chosen_)
        show_measure(Measure::noise);
    if (!chosen_ && !had_divergence && has_values(facts, Measure::divergence))
        show_measure(Measure::divergence);
    select(is_other ? QString() : kept);
    show_scale();
    show_selected();
    fit_columns();
}

void LayersPane::begin_scan(bool on_images)
{
    scanning_ = true;
    model_->set_scanning(on_images);
    if (on_images && !chosen_)
        show_measure(Measure::divergence);
    show_scale();
}

void LayersPane::end_scan()
{
    scanning_ = false;
    model_->set_scanning(false);
    show_scale();
}

void LayersPane::set_notes(const QStringList &notes)
{
    notes_->set_text(notes.isEmpty() ? QString() : notes.front());
    notes_->setToolTip(words::tip(notes.join(u'\n')));
    notes_->setVisible(!notes.isEmpty());
}

void LayersPane::set_recipe(const QString &trial, const Recipe &recipe)
{
    model_->set_recipe(trial, recipe);
    has_recipe_ = !trial.isEmpty();
    fit_columns();
}

Measure LayersPane::measure() const
{
    return model_->measure();
}

void LayersPane::show_measure(Measure measure)
{
    const QString kept = selected();
    measures_->set_current(static_cast<int>(measure));
    model_->set_measure(measure);
    select(kept);
    show_scale();
    fit_columns();
}

void LayersPane::show_scale()
{
    const auto [low, high] = model_->scale();
    const auto end = [&](double value) { return high > 0 ? words::measure(value, measure()) : QString(); };
    legend_->set_scale(model_->is_cut() ? u"≤ "_s + end(low) : end(low), end(high),
                       words::scale_explained(measure(), model_->facts().by_cosine));
    summary_->set_text(summary());
    summary_->setVisible(!summary_->text().isEmpty());
}

QString LayersPane::summary() const
{
    const SensitivityFacts &facts = model_->facts();
    if (measure() != Measure::bytes && !facts.agreement.isEmpty())
        return facts.agreement;
    if (scanning_ || measure() == Measure::noise || has_values(facts, measure()))
        return {};
    return measure() == Measure::divergence ? tr("Divergence is measured on images: choose data, then Scan.")
                                            : tr("Bytes come with a scan.");
}

void LayersPane::select(const QString &layer)
{
    if (layer == selected())
        return;
    const int row = model_->row_of(layer);
    if (row < 0)
        table_->clearSelection();
    else
        table_->setCurrentIndex(sorted_->mapFromSource(model_->index(row, 0)));
}

QString LayersPane::selected() const
{
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    return rows.isEmpty() ? QString() : rows.front().data().toString();
}

void LayersPane::show_selected()
{
    const int row = model_->row_of(selected());
    density_->setVisible(row >= 0);
    if (row >= 0)
        density_->set_layer(model_->facts().layers[static_cast<std::size_t>(row)]);
}

void LayersPane::fit_columns()
{
    const int recipe = model_->recipe_column();
    const int cells = recipe - LayersModel::FirstHeat;
    const int room = table_->viewport()->width() - kNameWanted - kWeights - (has_recipe_ ? kRecipe : 0);
    std::vector<int> widths{0, kWeights};
    widths.insert(widths.end(), static_cast<std::size_t>(cells),
                  std::clamp(room / std::max(1, cells), kNarrowestCell, kWidestCell));
    widths.push_back(kRecipe);
    for (int column = 0; column <= recipe; ++column)
        table_->setColumnHidden(column, column == recipe && !has_recipe_);
    table_->set_widths(widths);
}

bool LayersPane::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == table_->viewport() && event->type() == QEvent::Resize)
        fit_columns();
    return QWidget::eventFilter(watched, event);
}

QWidget *LayersPane::measures() const
{
    return measures_;
}

QWidget *LayersPane::legend() const
{
    return legend_;
}

} // namespace ca
