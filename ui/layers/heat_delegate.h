// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/table.h"

namespace ca {

/// Paints the layers' table: cells of the heatmap with their value inside, a bar where a scan has yet to come, text elsewhere.
class HeatDelegate final : public RowDelegate {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HeatDelegate)
public:
    explicit HeatDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    [[nodiscard]] QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace ca
