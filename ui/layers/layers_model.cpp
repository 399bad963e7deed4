// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_model.h"

#include "ui/common/words.h"
#include "ui/layers/layer_words.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

/// Layers that do next to nothing, as they may in a half of CLIP, would else leave no colours for the others.
constexpr double kMostScale = 1e6;

bool same_place(const SensitivityFacts &one, const SensitivityFacts &other)
{
    return one.formats == other.formats
        && std::equal(one.layers.begin(), one.layers.end(), other.layers.begin(), other.layers.end(),
                      [](const LayerFacts &a, const LayerFacts &b) { return a.name == b.name; });
}

} // namespace

LayersModel::LayersModel(QObject *parent) : QAbstractTableModel(parent) { }

void LayersModel::set_facts(const SensitivityFacts &facts)
{
    const bool stays = same_place(facts, facts_);
    if (!stays)
        beginResetModel();
    facts_ = facts;
    find_scale();
    if (stays)
        tell_all();
    else
        endResetModel();
}

void LayersModel::set_measure(Measure measure)
{
    if (measure == measure_)
        return;
    beginResetModel();
    measure_ = measure;
    find_scale();
    endResetModel();
}

void LayersModel::set_scanning(bool scanning)
{
    scanning_ = scanning;
    tell_all({WaitsRole});
}

void LayersModel::set_recipe(const QString &trial, const Recipe &recipe)
{
    trial_ = trial;
    recipe_ = recipe;
    const int column = recipe_column();
    Q_EMIT headerDataChanged(Qt::Horizontal, column, column);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, column), index(rowCount() - 1, column));
}

void LayersModel::find_scale()
{
    low_ = high_ = 0;
    for (const LayerFacts &layer : facts_.layers)
        for (const HeatCell &cell : layer.of(measure_))
            if (cell.value && std::isfinite(*cell.value) && *cell.value > 0) {
                low_ = low_ > 0 ? std::min(low_, *cell.value) : *cell.value;
                high_ = std::max(high_, *cell.value);
            }
    is_cut_ = low_ < high_ / kMostScale;
    low_ = std::max(low_, high_ / kMostScale);
}

void LayersModel::tell_all(const QList<int> &roles)
{
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), roles);
}

int LayersModel::row_of(const QString &layer) const
{
    const auto &layers = facts_.layers;
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const LayerFacts &one) { return one.name == layer; });
    return found == layers.end() ? -1 : static_cast<int>(found - layers.begin());
}

int LayersModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(facts_.layers.size());
}

int LayersModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : recipe_column() + 1;
}

const LayerFacts &LayersModel::layer(const QModelIndex &index) const
{
    return facts_.layers[static_cast<std::size_t>(index.row())];
}

HeatCell LayersModel::cell(const QModelIndex &index) const
{
    const auto &cells = layer(index).of(measure_);
    const auto place = static_cast<std::size_t>(index.column() - FirstHeat);
    return is_heat(index.column()) && place < cells.size() ? cells[place] : HeatCell{};
}

QVariant LayersModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::ToolTipRole:
        return words::tip(is_heat(index.column()) && cell(index).value
                              ? words::cell(layer(index), cell(index), measure_, facts_.of(measure_)[index.column() - FirstHeat],
                                            facts_.by_cosine)
                              : words::layer(layer(index)));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (index.column() >= Weights ? Qt::AlignRight : Qt::AlignLeft));
    case HeatRole: {
        const auto value = cell(index).value;
        if (!value)
            return {};
        if (!std::isfinite(*value))
            return 1.0;
        return *value <= low_ || high_ <= low_ ? 0.0 : std::log(*value / low_) / std::log(high_ / low_);
    }
    case WaitsRole:
        return scanning_ && is_heat(index.column()) && !cell(index).value;
    case SortRole:
        return sort_key(index);
    default:
        return {};
    }
}

QString LayersModel::text(const QModelIndex &index) const
{
    if (index.column() == Name)
        return layer(index).name;
    if (index.column() == Weights)
        return words::count(layer(index).weights);
    if (!is_heat(index.column()))
        return format(layer(index));
    const auto value = cell(index).value;
    return value ? words::measure(*value, measure_) : QString();
}

QVariant LayersModel::sort_key(const QModelIndex &index) const
{
    if (index.column() == Name)
        return index.row();
    if (index.column() == Weights)
        return static_cast<qlonglong>(layer(index).weights);
    if (!is_heat(index.column()))
        return format(layer(index));
    return cell(index).value.value_or(-1); // what is not known, below all that is
}

QString LayersModel::format(const LayerFacts &layer) const
{
    if (trial_.isEmpty())
        return {};
    const auto place = recipe_.layers.find(layer.name.toStdString());
    if (place == recipe_.layers.end() || place->second.format == Format::fp32)
        return tr("float");
    return words::from(to_text(place->second.format));
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole) {
        const auto side = section < Weights ? Qt::AlignLeft : is_heat(section) ? Qt::AlignHCenter : Qt::AlignRight;
        return QVariant::fromValue(Qt::AlignVCenter | side);
    }
    const bool is_tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !is_tip)
        return {};
    if (section == Name)
        return is_tip ? tr("In the order of the program") : tr("Layer");
    if (section == Weights)
        return is_tip ? QString() : tr("Weights");
    if (!is_heat(section))
        return is_tip ? QString() : trial_;
    const QString &format = facts_.of(measure_)[section - FirstHeat];
    return is_tip ? words::format_explained(format) : words::format_heading(format);
}

} // namespace ca
