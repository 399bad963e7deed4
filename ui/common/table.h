// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <QTableView>

namespace ca {

/// Rows of 25 px without a grid, one row selected at a time, headings in the dim role, lines between rows.
class Table final : public QTableView {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Table)
public:
    Table(const QString &object_name, const QString &accessible_name, QWidget *parent = nullptr);

    /// Widths of the columns in px; 0 for the one that takes what is left, and never less than a name needs.
    void set_widths(const std::vector<int> &widths);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void stretch();

    int flexible_ = -1; ///< column
};

/// Text with 8 px at the sides, elided in the middle, whole in the tooltip; a line under the row. `color` decides the ink.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RowDelegate)
public:
    explicit RowDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    [[nodiscard]] virtual QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const;
    void paint_ground(QPainter &painter, const QStyleOptionViewItem &option) const;
};

} // namespace ca
