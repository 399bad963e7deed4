// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"
#include "ui/pareto/pareto_axes.h"

#include <QtCharts/QChartView>

#include <map>
#include <optional>
#include <vector>

class QAbstractAxis;
class QAbstractSeries;
class QLineSeries;
class QScatterSeries;

namespace ca {

/// The one adapter over Qt Charts: trials over two axes, their front as a line, the float model as a diamond, intervals of
/// accuracy as bars, the selected trial ringed, constraints as dashed lines that can be dragged. Qt Charts draws axes, grid, line
/// and points; the rest is painted over and under them.
class ParetoChart final : public QChartView {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParetoChart)
public:
    explicit ParetoChart(QWidget *parent = nullptr);

    void set_points(const std::vector<ParetoPoint> &points);
    void set_limits(const std::vector<ParetoLimit> &limits);
    void set_axes(ParetoAxes axes);
    void select(const QString &trial);
    void set_theme(const Theme &theme);

    [[nodiscard]] ParetoAxes axes() const { return axes_; }
    [[nodiscard]] const AxisRange &x_range() const { return x_range_; }
    [[nodiscard]] const AxisRange &y_range() const { return y_range_; }
    /// Those that have a value on both axes, as they are drawn: `word` names knees too, `on_front` is true where it is filled.
    [[nodiscard]] const std::vector<ParetoPoint> &shown() const { return shown_; }
    [[nodiscard]] int drawn_points() const; ///< over all series of points
    /// How many stand at the lower end of accuracy, with an arrow, because they are worse than all that the axis shows.
    [[nodiscard]] int points_below() const;
    [[nodiscard]] int line_points() const; ///< of the front's line
    [[nodiscard]] QString selected() const { return selected_; }
    /// The trial whose point lies within reach of `place`, in coordinates of the view.
    [[nodiscard]] std::optional<QString> trial_at(const QPointF &place) const;
    [[nodiscard]] QPointF place_of(const QString &trial) const;

Q_SIGNALS:
    void trial_selected(const QString &trial); ///< clicked, or reached with the arrow keys
    /// A limit's line was dragged to another place, and let go. The line stays there until `set_limits`.
    void limit_moved(const ca::ParetoLimit &limit);
    /// The pointer is over a trial's point; an empty name where it left.
    void trial_hovered(const QString &trial, const QPoint &place);

protected:
    void mouseMoveEvent(QMouseEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    using Kind = std::pair<TrialOrigin, bool>; ///< who proposed it, on the front

    void make_axes();
    [[nodiscard]] QAbstractAxis *make_axis(ParetoAxis axis);
    void attach(QAbstractSeries &series);
    void apply_ranges();
    void style_axes();
    void name_axes();
    void show_points(); ///< after another choice of axes, points or limits
    QScatterSeries *series_of(Kind kind);
    void style(QScatterSeries &series, Kind kind) const;
    void paint_intervals(QPainter &painter) const;
    void paint_arrows(QPainter &painter) const;
    void paint_limits(QPainter &painter) const;
    void paint_marks(QPainter &painter) const;
    void paint_words(QPainter &painter) const;
    [[nodiscard]] bool is_shown(const ParetoLimit &limit) const;
    /// A point of its line; one at the edge where it lies beyond.
    [[nodiscard]] QPointF place_of(const ParetoLimit &limit) const;
    [[nodiscard]] const AxisRange &range_of(const ParetoLimit &limit) const;
    [[nodiscard]] QPointF place_on_axes(const ParetoPoint &point) const; ///< in the axes' units
    [[nodiscard]] QPointF mapped(const QPointF &place) const;            ///< in coordinates of the chart
    void hover(const QString &trial, const QPoint &place);
    [[nodiscard]] ParetoLimit *limit_near(const QPointF &place); ///< null where there is none within reach
    void drag(const QPointF &place);
    void end_drag(bool keep);
    void show_cursor(const QPointF &place);
    [[nodiscard]] QPointF mapped(const ParetoPoint &point) const;
    [[nodiscard]] const ParetoPoint *find(const QString &trial) const;

    Theme theme_;
    ParetoAxes axes_;
    std::vector<ParetoPoint> points_; ///< all
    std::vector<ParetoPoint> shown_;
    std::vector<ParetoLimit> limits_;
    struct Drag {
        std::size_t limit = 0; ///< in limits_
        ParetoLimit before;
    };
    std::optional<Drag> drag_; ///< while a limit's line is held
    QString selected_;
    QString hovered_;
    AxisRange x_range_, y_range_;
    QAbstractAxis *x_ = nullptr;
    QAbstractAxis *y_ = nullptr;
    QLineSeries *front_ = nullptr;
    QScatterSeries *float_ = nullptr;
    std::map<Kind, QScatterSeries *> marks_;
};

} // namespace ca
