// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"
#include "ui/facts.h"

#include <QWidget>

class QSortFilterProxyModel;

namespace ca {

class DensityView;
class ElidedLabel;
class HeatLegend;
class LayersModel;
class Segments;
class StatePane;
class Table;

/// The sensitivity of layers x formats as a heatmap, by divergence, Beta noise or bytes: log scale, dark = harmless, the number
/// in the cell. The selected layer's weights stand under it.
class LayersPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LayersPane)
public:
    explicit LayersPane(QWidget *parent = nullptr);

    /// Those of another model show Beta noise first; the first divergences bring themselves to the front, unless a person chose.
    void set_facts(const SensitivityFacts &facts);
    /// Cells without a divergence wait for one, where it is measured `on_images`.
    void begin_scan(bool on_images);
    void end_scan();
    /// What a person should know of the model: the first above the table, all in its tooltip.
    void set_notes(const QStringList &notes);
    void set_recipe(const QString &trial, const Recipe &recipe);
    void select(const QString &layer); ///< by name; empty for none
    [[nodiscard]] QString selected() const;
    [[nodiscard]] Measure measure() const;
    [[nodiscard]] StatePane *states() const { return states_; }
    // For the pane's heading
    [[nodiscard]] QWidget *measures() const;
    [[nodiscard]] QWidget *legend() const;

    bool eventFilter(QObject *watched, QEvent *event) override; ///< the table's width

private:
    void make_table();
    void lay_out();
    void show_measure(Measure measure);
    void show_scale();
    void show_selected();
    void fit_columns();
    [[nodiscard]] QString summary() const;

    StatePane *states_ = nullptr;
    LayersModel *model_ = nullptr;
    QSortFilterProxyModel *sorted_ = nullptr;
    Table *table_ = nullptr;
    DensityView *density_ = nullptr;
    ElidedLabel *notes_ = nullptr;
    ElidedLabel *summary_ = nullptr;
    Segments *measures_ = nullptr;
    HeatLegend *legend_ = nullptr;
    bool chosen_ = false; ///< a person chose the measure, for this model
    bool scanning_ = false;
    bool has_recipe_ = false; ///< a trial is selected: its column is shown
};

} // namespace ca
