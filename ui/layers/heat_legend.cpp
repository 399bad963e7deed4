// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/heat_legend.h"

#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QPainter>

namespace ca {
namespace {

constexpr int kBar = 72;
constexpr int kGap = 6;

} // namespace

HeatLegend::HeatLegend(QWidget *parent) : QWidget(parent)
{
    setProperty("role", "dim");
    setAccessibleName(tr("Colour scale of Beta noise"));
    setToolTip(tr("Beta noise to signal on a log scale: dark is harmless, bright is harmful"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    hide();
}

void HeatLegend::set_scale(double low, double high)
{
    text_low_ = tr("Beta noise %1").arg(words::noise(low));
    text_high_ = words::noise(high);
    setVisible(high > 0);
    updateGeometry();
    update();
}

QSize HeatLegend::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.horizontalAdvance(text_low_) + metrics.horizontalAdvance(text_high_) + kBar + 2 * kGap + 2, 20};
}

void HeatLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme_of(palette()).dim);
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft, text_low_);
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignRight, text_high_);
    const QRectF bar(fontMetrics().horizontalAdvance(text_low_) + kGap, height() / 2.0 - 5, kBar, 10);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 8; ++i)
        gradient.setColorAt(i / 8.0, viridis(i / 8.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawRoundedRect(bar, 3, 3);
}

} // namespace ca
