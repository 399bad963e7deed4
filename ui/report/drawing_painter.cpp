// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/drawing_painter.h"

#include "ui/common/words.h"
#include "ui/report/paper.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPolygonF>
#include <QRectF>

#include <algorithm>

namespace ca::report {
namespace {

constexpr double kSetSize = 10; // points that text is set in before it is scaled to its size, which need not be a whole number

QPointF to_qt(Point point)
{
    return {point.x, point.y};
}

QPolygonF to_qt(const std::vector<Point> &points)
{
    QPolygonF polygon;
    for (const Point &point : points)
        polygon << to_qt(point);
    return polygon;
}

class ShapePainter {
public:
    ShapePainter(QPainter &painter, QSizeF size) : painter_(painter), size_(size) { }

    void operator()(const LineShape &shape)
    {
        set(shape.pen);
        painter_.setBrush(Qt::NoBrush);
        painter_.drawPolyline(to_qt(shape.points));
    }
    void operator()(const PolygonShape &shape)
    {
        set(shape.pen, shape.fill);
        painter_.drawPolygon(to_qt(shape.points));
    }
    void operator()(const RectangleShape &shape)
    {
        const QRectF rectangle(to_qt(shape.corner), QSizeF(shape.width, shape.height));
        if (shape.pen.width <= 0) {
            painter_.fillRect(rectangle, QColor::fromRgb(shape.fill));
            return;
        }
        set(shape.pen, shape.fill);
        painter_.drawRect(rectangle);
    }
    void operator()(const CircleShape &shape)
    {
        set(shape.pen, shape.fill);
        painter_.drawEllipse(to_qt(shape.centre), shape.radius, shape.radius);
    }
    void operator()(const TextShape &shape)
    {
        const QString text = words::clean(shape.text);
        const QFont font = font_of({.size = kSetSize, .strong = shape.strong});
        const double scale = shape.size / points(kSetSize);
        const double width = QFontMetricsF(font).horizontalAdvance(text) * scale;
        if (width <= 0)
            return;
        const double room = shape.upwards ? size_.height() : size_.width();
        const double start = shape.upwards ? size_.height() - shape.baseline.y : shape.baseline.x;
        const double narrowing = std::min(1.0, room / width);
        const double begin = std::clamp(start - share_before(shape.anchor) * width, 0.0, std::max(0.0, room - width));
        painter_.save();
        painter_.translate(to_qt(shape.baseline));
        if (shape.upwards)
            painter_.rotate(-90);
        painter_.translate(begin - start, 0);
        painter_.scale(scale * narrowing, scale);
        painter_.setFont(font);
        painter_.setPen(QColor::fromRgb(shape.colour));
        painter_.drawText(QPointF(), text);
        painter_.restore();
    }

private:
    void set(const Pen &pen)
    {
        if (pen.width <= 0) {
            painter_.setPen(Qt::NoPen);
            return;
        }
        QPen line(QColor::fromRgb(pen.colour), pen.width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
        if (pen.dashed)
            line.setDashPattern({4, 3});
        painter_.setPen(line);
    }
    void set(const Pen &pen, Colour fill)
    {
        set(pen);
        painter_.setBrush(QColor::fromRgb(fill));
    }

    /// How much of a text lies before its anchor.
    static double share_before(TextShape::Anchor anchor)
    {
        switch (anchor) {
        case TextShape::Anchor::start:
            return 0;
        case TextShape::Anchor::middle:
            return 0.5;
        case TextShape::Anchor::end:
            break;
        }
        return 1;
    }
    QPainter &painter_;
    QSizeF size_;
};

} // namespace

void paint_drawing(QPainter &painter, const Drawing &drawing, const QRectF &room)
{
    if (drawing.width <= 0 || drawing.height <= 0)
        return;
    const double scale = std::min(room.width() / drawing.width, room.height() / drawing.height);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(room.topLeft());
    painter.scale(scale, scale);
    painter.setClipRect(QRectF(0, 0, drawing.width, drawing.height), Qt::IntersectClip);
    ShapePainter shapes(painter, QSizeF(drawing.width, drawing.height));
    for (const Shape &shape : drawing.shapes)
        std::visit(shapes, shape.what);
    painter.restore();
}

} // namespace ca::report
