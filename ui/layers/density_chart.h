// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QWidget>

namespace ca {

/// The density of a Beta distribution at x, 0 to 1: 0 without shapes, infinite at ends that it rises to without bound.
[[nodiscard]] double beta_density(const BetaFacts &shapes, double x);

/// A histogram of weights and the Beta densities that were fitted to them.
class DensityChart final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DensityChart)
public:
    explicit DensityChart(QWidget *parent = nullptr);

    void set_density(const DensityFacts &density);
    /// Whether the fit that noise comes from is another one to the eye, so that it has a line of its own.
    [[nodiscard]] bool has_second_line() const;

    [[nodiscard]] QSize sizeHint() const override { return {280, 128}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paint_bars(QPainter &painter, const QRectF &plot) const;
    void paint_curve(QPainter &painter, const QRectF &plot, const BetaFacts &shapes) const;
    void paint_axis(QPainter &painter, const QRectF &plot) const;
    void paint_key(QPainter &painter) const;
    [[nodiscard]] double top() const;

    DensityFacts density_;
};

} // namespace ca
