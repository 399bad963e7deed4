// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/elided_label.h"

#include "ui/common/words.h"

#include <QPainter>
#include <QStyle>

namespace ca {

ElidedLabel::ElidedLabel(QWidget *parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
}

void ElidedLabel::set_text(const QString &text)
{
    setText(text);
    setToolTip(words::tip(text));
}

QSize ElidedLabel::minimumSizeHint() const
{
    constexpr int kLetters = 6; // that are left of it in the smallest window
    return {std::min(sizeHint().width(), kLetters * fontMetrics().averageCharWidth()), QLabel::minimumSizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect room = contentsRect();
    style()->drawItemText(&painter, room, static_cast<int>(alignment()), palette(), isEnabled(),
                          fontMetrics().elidedText(text(), Qt::ElideRight, room.width()), foregroundRole());
}

} // namespace ca
