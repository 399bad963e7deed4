// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_image.h"

#include "ui/pareto/pareto_chart.h"

#include <QPainter>

#include <cmath>

namespace ca {
namespace {

constexpr int kTitleHeight = 40;

} // namespace

QImage pareto_image(const std::vector<ParetoPoint> &points, const QString &title, const Theme &theme, QSize size, double scale)
{
    ParetoChart chart;
    chart.setPalette(palette_of(theme));
    chart.set_theme(theme);
    chart.resize(size.width(), size.height() - kTitleHeight);
    chart.set_points(points);
    chart.setAttribute(Qt::WA_DontShowOnScreen);
    chart.show(); // a view that was never shown has not laid its chart out

    QImage image(size * scale, QImage::Format_RGB32);
    // Both, so that a viewer prints it at the size it was laid out for.
    image.setDotsPerMeterX(static_cast<int>(std::lround(scale * 96 / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.fill(theme.panel);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.scale(scale, scale);
    QFont font = chart.font();
    font.setPixelSize(14);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(theme.ink);
    painter.drawText(QRect(20, 8, size.width() - 40, kTitleHeight - 8), Qt::AlignVCenter | Qt::AlignLeft,
                     QFontMetrics(font).elidedText(title, Qt::ElideMiddle, size.width() - 40));
    const QRect room(0, kTitleHeight, size.width(), size.height() - kTitleHeight);
    chart.render(&painter, room, chart.rect());
    return image;
}

} // namespace ca
