// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/chip.h"

#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QStyleOptionButton>
#include <QStylePainter>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMargin = 11;
constexpr int kGap = 7;
constexpr int kHeight = 28;
constexpr int kNameAtLeast = 72; // px that the name keeps in the smallest window

} // namespace

Chip::Chip(const QString &object_name, const QString &what, QWidget *parent) : QPushButton(parent), what_(what)
{
    setObjectName(object_name);
    setAccessibleName(what);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

void Chip::set_facts(const QString &name, const QString &facts)
{
    name_ = name;
    facts_ = facts;
    const QString whole = facts.isEmpty() ? name : name + u" · "_s + facts;
    setToolTip(words::tip(whole));
    setAccessibleName(what_ + u": "_s + whole);
    updateGeometry();
    update();
}

QSize Chip::sizeHint() const
{
    const int facts = facts_.isEmpty() ? 0 : kGap + fontMetrics().horizontalAdvance(facts_);
    return {2 * kMargin + QFontMetrics(bold()).horizontalAdvance(name_) + facts + 2, kHeight};
}

QSize Chip::minimumSizeHint() const
{
    return {std::min(sizeHint().width(), 2 * kMargin + kNameAtLeast), kHeight};
}

QFont Chip::bold() const
{
    QFont font = this->font();
    font.setWeight(QFont::DemiBold);
    return font;
}

void Chip::paintEvent(QPaintEvent *)
{
    QStylePainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text.clear();
    painter.drawControl(QStyle::CE_PushButtonBevel, option);

    const Theme &theme = theme_of(palette());
    QRect room = rect().adjusted(kMargin, 0, -kMargin, 0);
    const QFontMetrics metrics(bold());
    const QString name = metrics.elidedText(name_, Qt::ElideMiddle, room.width());
    painter.setFont(bold());
    painter.setPen(theme.ink);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, name);
    room.setLeft(room.left() + metrics.horizontalAdvance(name) + kGap);
    if (room.width() < 2 * kMargin)
        return;
    painter.setFont(font());
    painter.setPen(theme.dim);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, fontMetrics().elidedText(facts_, Qt::ElideRight, room.width() + 1));
}

} // namespace ca
