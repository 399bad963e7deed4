// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/goal/goal_layers.h"

#include "ui/common/words.h"
#include "ui/goal/goal_words.h"

namespace ca {

GoalLayers::GoalLayers(std::vector<GoalLayer> layers, const std::map<QString, LayerKeep> &keeps, QObject *parent)
    : QAbstractTableModel(parent), layers_(std::move(layers)), keeps_(layers_.size())
{
    for (std::size_t i = 0; i < layers_.size(); ++i)
        if (const auto kept = keeps.find(layers_[i].name); kept != keeps.end())
            keeps_[i] = kept->second;
}

std::map<QString, LayerKeep> GoalLayers::keeps() const
{
    std::map<QString, LayerKeep> result;
    for (std::size_t i = 0; i < layers_.size(); ++i)
        if (!keeps_[i].is_free())
            result.emplace(layers_[i].name, keeps_[i]);
    return result;
}

void GoalLayers::keep(const std::vector<int> &rows, const LayerKeep &what)
{
    for (const int row : rows) {
        keeps_[static_cast<std::size_t>(row)] = what;
        const QModelIndex place = index(row, Keeps);
        Q_EMIT dataChanged(place, place);
    }
}

int GoalLayers::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(layers_.size());
}

int GoalLayers::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Count;
}

QVariant GoalLayers::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const auto place = static_cast<std::size_t>(index.row());
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((index.column() == Weights ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && index.column() == Name)
        return words::tip(words::escaped(layers_[place].name));
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name:
        return words::escaped(layers_[place].name);
    case Weights:
        return words::count(layers_[place].weights);
    default:
        return keep_word(keeps_[place]);
    }
}

QVariant GoalLayers::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == Weights ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Layer");
    case Weights:
        return tr("Weights");
    default:
        return tr("Keeps");
    }
}

} // namespace ca
