// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_model.h"

#include "ui/common/words.h"

#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

LayersModel::LayersModel(QObject *parent) : QAbstractTableModel(parent) { }

void LayersModel::set_layers(std::vector<LayerFacts> layers)
{
    beginResetModel();
    layers_ = std::move(layers);
    low_ = high_ = 0;
    for (const LayerFacts &layer : layers_)
        for (const auto &value : layer.noise)
            if (value && std::isfinite(*value) && *value > 0) {
                low_ = low_ > 0 ? std::min(low_, *value) : *value;
                high_ = std::max(high_, *value);
            }
    endResetModel();
}

void LayersModel::set_recipe(const QString &trial, const Recipe &recipe)
{
    trial_ = trial;
    recipe_ = recipe;
    Q_EMIT headerDataChanged(Qt::Horizontal, RecipeColumn, RecipeColumn);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, RecipeColumn), index(rowCount() - 1, RecipeColumn));
}

int LayersModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(layers_.size());
}

int LayersModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

std::optional<double> LayersModel::noise(const QModelIndex &index) const
{
    if (index.column() < FirstNoise || index.column() >= RecipeColumn)
        return std::nullopt;
    return layers_[static_cast<std::size_t>(index.row())].noise[static_cast<std::size_t>(index.column() - FirstNoise)];
}

QVariant LayersModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::ToolTipRole:
        return tooltip(index);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (index.column() >= Weights ? Qt::AlignRight : Qt::AlignLeft));
    case HeatRole: {
        const auto value = noise(index);
        if (!value)
            return {};
        if (!std::isfinite(*value))
            return 1.0;
        return *value <= low_ || high_ <= low_ ? 0.0 : std::log(*value / low_) / std::log(high_ / low_);
    }
    default:
        return {};
    }
}

QString LayersModel::text(const QModelIndex &index) const
{
    const LayerFacts &layer = layers_[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case Name:
        return layer.name;
    case Kind:
        return layer.kind;
    case Weights:
        return words::count(layer.weights);
    case RecipeColumn:
        return format(layer);
    default: {
        const auto value = noise(index);
        return value ? words::noise(*value) : QString();
    }
    }
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

QString LayersModel::tooltip(const QModelIndex &index) const
{
    const LayerFacts &layer = layers_[static_cast<std::size_t>(index.row())];
    if (const auto value = noise(index))
        return tr("%1 at %2 bits: Beta noise to signal %3")
            .arg(layer.name)
            .arg(kNoiseBits[static_cast<std::size_t>(index.column() - FirstNoise)])
            .arg(words::noise(*value));
    return tr("%1  %2, %3, %4 weights")
        .arg(layer.id, layer.name, layer.shape, words::grouped(static_cast<std::uint64_t>(layer.weights)));
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const auto side = section < Weights
            ? Qt::AlignLeft
            : (section >= FirstNoise && section < RecipeColumn ? Qt::AlignHCenter : Qt::AlignRight);
        return QVariant::fromValue(Qt::AlignVCenter | side);
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Layer");
    case Kind:
        return tr("Kind");
    case Weights:
        return tr("Weights");
    case RecipeColumn:
        return trial_;
    default:
        return u"int%1"_s.arg(kNoiseBits[static_cast<std::size_t>(section - FirstNoise)]);
    }
}

} // namespace ca
