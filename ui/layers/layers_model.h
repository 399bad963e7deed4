// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"
#include "ui/facts.h"

#include <QAbstractTableModel>

#include <vector>

namespace ca {

/// The layers of a model as rows, in program order; the last column is the selected trial's recipe.
class LayersModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LayersModel)
public:
    enum Column { Name, Kind, Weights, FirstNoise, RecipeColumn = FirstNoise + static_cast<int>(kNoiseBits.size()), ColumnCount };
    enum Role {
        HeatRole = Qt::UserRole + 1, ///< place on the log scale, 0..1; only noise cells that have a value
    };

    explicit LayersModel(QObject *parent = nullptr);

    void set_layers(std::vector<LayerFacts> layers);
    /// Heads the last column with the trial and fills it; an empty name empties it.
    void set_recipe(const QString &trial, const Recipe &recipe);
    /// Smallest and largest noise of all cells: the ends of the colour scale. Both 0 where there is none.
    [[nodiscard]] std::pair<double, double> scale() const { return {low_, high_}; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] std::optional<double> noise(const QModelIndex &index) const;
    [[nodiscard]] QString text(const QModelIndex &index) const;
    [[nodiscard]] QString tooltip(const QModelIndex &index) const;
    [[nodiscard]] QString format(const LayerFacts &layer) const;

    std::vector<LayerFacts> layers_;
    double low_ = 0, high_ = 0;
    QString trial_;
    Recipe recipe_;
};

} // namespace ca
