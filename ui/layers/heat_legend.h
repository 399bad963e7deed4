// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace ca {

/// The colour scale of the heatmap with its two ends in words.
class HeatLegend final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HeatLegend)
public:
    explicit HeatLegend(QWidget *parent = nullptr);

    /// Hidden where an end is empty. `explained`: what the scale is of, for the tooltip.
    void set_scale(const QString &low, const QString &high, const QString &explained);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString low_, high_;
};

} // namespace ca
