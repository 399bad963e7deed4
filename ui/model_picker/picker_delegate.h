// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/model_picker/picker_row.h"

#include <QStyledItemDelegate>

namespace ca {

/// A name with a word of its state at the right, lines of facts under it, a bar while it arrives, the reason where it failed or
/// cannot be used. Rows without a `PickerRow` are headings. The button of a row stands at `button_place`.
class PickerDelegate final : public QStyledItemDelegate {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PickerDelegate)
public:
    enum Role { RowRole = Qt::UserRole + 1, ArmedRole };

    explicit PickerDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    /// At the right end of the last line of a row that is drawn in `room`.
    [[nodiscard]] static QRect button_place(const QRect &room, QSize button);

private:
    void paint_row(QPainter &painter, const QStyleOptionViewItem &option, const PickerRow &row, bool armed) const;
    void paint_facts(QPainter &painter, const QStyleOptionViewItem &option, const PickerRow &row, QRect line) const;
};

} // namespace ca

Q_DECLARE_METATYPE(ca::PickerRow)
