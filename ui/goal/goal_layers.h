// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/goal/goal_facts.h"

#include <QAbstractTableModel>

namespace ca {

/// The layers of a model, and what each keeps.
class GoalLayers final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GoalLayers)
public:
    enum Column { Name, Weights, Keeps, Count };

    /// What `keeps` says of layers that are not there is left out.
    GoalLayers(std::vector<GoalLayer> layers, const std::map<QString, LayerKeep> &keeps, QObject *parent = nullptr);

    [[nodiscard]] std::map<QString, LayerKeep> keeps() const;
    [[nodiscard]] const LayerKeep &keep_of(int row) const { return keeps_[static_cast<std::size_t>(row)]; }
    void keep(const std::vector<int> &rows, const LayerKeep &what);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<GoalLayer> layers_;
    std::vector<LayerKeep> keeps_; ///< one for each layer
};

} // namespace ca
