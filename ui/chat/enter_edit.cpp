// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/enter_edit.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>

#include <algorithm>

namespace ca {

namespace {

constexpr int kMostLines = 6;

} // namespace

EnterEdit::EnterEdit(const QString &object_name, const QString &accessible_name, QWidget *parent) : QPlainTextEdit(parent)
{
    setObjectName(object_name);
    setAccessibleName(accessible_name);
    setProperty("role", "edit");
    setTabChangesFocus(true);
    setAcceptDrops(false); // a dropped file is the window's
    viewport()->setAcceptDrops(false);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, &EnterEdit::fit);
    fit();
}

void EnterEdit::fit()
{
    // A plain text document counts its height in lines.
    const int lines = std::clamp(static_cast<int>(document()->size().height()), 1, kMostLines);
    const int around = static_cast<int>(2 * document()->documentMargin());
    const int frame = std::max(2 * frameWidth(), height() - viewport()->height()); // with what the style sheet adds
    setFixedHeight(lines * fontMetrics().lineSpacing() + around + (isVisible() ? frame : 2 * frameWidth()));
    setVerticalScrollBarPolicy(lines < kMostLines ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
}

void EnterEdit::keyPressEvent(QKeyEvent *event)
{
    const bool is_enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (is_enter && !(event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier)))
        Q_EMIT entered();
    else if (event->key() == Qt::Key_Escape)
        Q_EMIT escaped();
    else
        QPlainTextEdit::keyPressEvent(event);
}

void EnterEdit::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

void EnterEdit::showEvent(QShowEvent *event)
{
    QPlainTextEdit::showEvent(event);
    fit();
}

} // namespace ca
