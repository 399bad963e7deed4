// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"
#include "ui/pareto/pareto_points.h"

#include <QtCharts/QChartView>

#include <map>
#include <optional>
#include <vector>

class QLineSeries;
class QLogValueAxis;
class QScatterSeries;
class QValueAxis;

namespace ca {

/// The one adapter over Qt Charts: top-1 over size, the front as a line, the float model as a diamond, intervals as bars, the
/// selected trial ringed. Qt Charts draws axes, grid, line and points; bars, ring and names are painted over and under them.
class ParetoChart final : public QChartView {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParetoChart)
public:
    explicit ParetoChart(QWidget *parent = nullptr);

    void set_points(const std::vector<ParetoPoint> &points);
    void select(const QString &trial);
    void set_theme(const Theme &theme);

    [[nodiscard]] const std::vector<ParetoPoint> &points() const { return points_; }
    [[nodiscard]] int drawn_points() const; ///< over all series of points
    [[nodiscard]] int line_points() const;  ///< of the front's line
    [[nodiscard]] QString selected() const { return selected_; }
    /// The trial whose point lies within reach of `place`, in coordinates of the view.
    [[nodiscard]] std::optional<QString> trial_at(const QPointF &place) const;
    [[nodiscard]] QPointF place_of(const QString &trial) const;

Q_SIGNALS:
    void trial_selected(const QString &trial); ///< clicked, or reached with the arrow keys
    /// The pointer is over a trial's point; an empty name where it left.
    void trial_hovered(const QString &trial, const QPoint &place);

protected:
    void mouseMoveEvent(QMouseEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    using Kind = std::pair<TrialOrigin, bool>; ///< who proposed it, on the front

    void make_axes();
    void apply_ranges();
    QScatterSeries *series_of(Kind kind);
    void style(QScatterSeries &series, Kind kind) const;
    void paint_intervals(QPainter &painter) const;
    void paint_marks(QPainter &painter) const;
    void hover(const QString &trial, const QPoint &place);
    [[nodiscard]] QPointF mapped(const ParetoPoint &point) const; ///< in coordinates of the chart
    [[nodiscard]] const ParetoPoint *find(const QString &trial) const;

    Theme theme_;
    std::vector<ParetoPoint> points_;
    QString selected_;
    QString hovered_;
    QLogValueAxis *size_ = nullptr;
    QValueAxis *accuracy_ = nullptr;
    QLineSeries *front_ = nullptr;
    QScatterSeries *float_ = nullptr;
    std::map<Kind, QScatterSeries *> marks_;
};

} // namespace ca
