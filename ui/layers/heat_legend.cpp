// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/heat_legend.h"

#include "ui/common/theme.h"

#include <QPainter>

namespace ca {
namespace {

constexpr int kBar = 64;
constexpr int kGap = 6;

} // namespace

HeatLegend::HeatLegend(QWidget *parent) : QWidget(parent)
{
    setProperty("role", "dim");
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    hide();
}

void HeatLegend::set_scale(const QString &low, const QString &high, const QString &explained)
{
    low_ = low;
    high_ = high;
    setToolTip(explained);
    setAccessibleName(tr("Colours from %1 to %2. %3").arg(low, high, explained));
    setVisible(!low.isEmpty() && !high.isEmpty());
    updateGeometry();
    update();
}

QSize HeatLegend::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.horizontalAdvance(low_) + metrics.horizontalAdvance(high_) + kBar + 2 * kGap + 2, 20};
}

void HeatLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme_of(palette()).dim);
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft, low_);
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignRight, high_);
    const QRectF bar(fontMetrics().horizontalAdvance(low_) + kGap, height() / 2.0 - 5, kBar, 10);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 8; ++i)
        gradient.setColorAt(i / 8.0, viridis(i / 8.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawRoundedRect(bar, 3, 3);
}

} // namespace ca
