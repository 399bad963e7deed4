// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QWidget>

class QLabel;

namespace ca {

class DensityChart;
class ElidedLabel;

/// The weights of one layer: their histogram with the fitted Beta density, and what is known of them in words.
class DensityView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DensityView)
public:
    explicit DensityView(QWidget *parent = nullptr);

    void set_layer(const LayerFacts &layer);

    [[nodiscard]] QSize sizeHint() const override { return {400, 148}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 96}; }

private:
    DensityChart *chart_ = nullptr;
    ElidedLabel *title_ = nullptr;
    QLabel *trouble_ = nullptr;
    QLabel *facts_ = nullptr;
};

} // namespace ca
