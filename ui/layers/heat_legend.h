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

    void set_scale(double low, double high); ///< hidden where both are 0

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString text_low_, text_high_;
};

} // namespace ca
