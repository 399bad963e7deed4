// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"
#include "ui/facts.h"

#include <QWidget>

namespace ca {

class ElidedLabel;
class HeatLegend;
class LayersModel;
class StatePane;

/// Layers x formats, coloured by Beta noise on a log scale, dark = harmless, with the number in the cell.
class LayersPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LayersPane)
public:
    explicit LayersPane(QWidget *parent = nullptr);

    void set_layers(const std::vector<LayerFacts> &layers);
    /// What a person should know of the model: the first above the table, all in its tooltip.
    void set_notes(const QStringList &notes);
    void set_recipe(const QString &trial, const Recipe &recipe);
    [[nodiscard]] StatePane *states() const { return states_; }
    [[nodiscard]] QWidget *legend() const; ///< for the pane's heading

private:
    StatePane *states_ = nullptr;
    LayersModel *model_ = nullptr;
    ElidedLabel *notes_ = nullptr;
    HeatLegend *legend_ = nullptr;
};

} // namespace ca
