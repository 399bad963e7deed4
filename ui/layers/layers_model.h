// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"
#include "ui/facts.h"

#include <QAbstractTableModel>

namespace ca {

/// The layers of a model as rows, in program order: name, weights, a cell for each format of the measure that is shown, and in
/// the last column the selected trial's recipe.
class LayersModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LayersModel)
public:
    enum Column { Name, Weights, FirstHeat };
    enum Role {
        HeatRole = Qt::UserRole + 1, ///< place on the log scale, 0..1; only cells that have a value
        WaitsRole,                   ///< whether a scan is to fill the cell
        SortRole,                    ///< a number; of the names their place in the program
    };

    explicit LayersModel(QObject *parent = nullptr);

    /// Values of the same layers and formats change in place; others reset the model.
    void set_facts(const SensitivityFacts &facts);
    void set_measure(Measure measure);
    void set_scanning(bool scanning);
    /// Heads the last column with the trial and fills it; an empty name empties it.
    void set_recipe(const QString &trial, const Recipe &recipe);

    [[nodiscard]] Measure measure() const { return measure_; }
    [[nodiscard]] const SensitivityFacts &facts() const { return facts_; }
    [[nodiscard]] int recipe_column() const { return FirstHeat + static_cast<int>(facts_.of(measure_).size()); }
    /// The ends of the colour scale: largest finite value of the measure and smallest one above 0, but no more than six decades
    /// below. Both 0 where there is none.
    [[nodiscard]] std::pair<double, double> scale() const { return {low_, high_}; }
    [[nodiscard]] bool is_cut() const { return is_cut_; } ///< there are values beyond the dark end
    [[nodiscard]] int row_of(const QString &layer) const; ///< by name; -1 where it is none

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const LayerFacts &layer(const QModelIndex &index) const;
    [[nodiscard]] bool is_heat(int column) const { return column >= FirstHeat && column < recipe_column(); }
    [[nodiscard]] HeatCell cell(const QModelIndex &index) const;
    [[nodiscard]] QString text(const QModelIndex &index) const;
    [[nodiscard]] QVariant sort_key(const QModelIndex &index) const;
    [[nodiscard]] QString format(const LayerFacts &layer) const;
    void find_scale();
    void tell_all(const QList<int> &roles = {});

    SensitivityFacts facts_;
    Measure measure_ = Measure::noise;
    bool scanning_ = false;
    double low_ = 0, high_ = 0;
    bool is_cut_ = false;
    QString trial_;
    Recipe recipe_;
};

} // namespace ca
