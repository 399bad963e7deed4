// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/message_editor.h"

#include "ui/chat/enter_edit.h"
#include "ui/common/button.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

MessageEditor::MessageEditor(const QString &text, QWidget *parent) : QWidget(parent)
{
    edit_ = new EnterEdit(u"chat_edit_text"_s, tr("Your message"));
    edit_->setPlainText(text);
    edit_->moveCursor(QTextCursor::End);
    auto *send = make_button(u"chat_edit_send"_s, tr("Send"), tr("Send what it says now"));
    auto *cancel = make_button(u"chat_edit_cancel"_s, tr("Cancel"), tr("Leave the message as it is"));
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(send);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(edit_);
    column->addLayout(buttons);
    const auto done = [this] { Q_EMIT finished(edit_->toPlainText().trimmed()); };
    const auto leave = [this] { Q_EMIT finished({}); };
    connect(send, &QPushButton::clicked, this, done);
    connect(edit_, &EnterEdit::entered, this, done);
    connect(cancel, &QPushButton::clicked, this, leave);
    connect(edit_, &EnterEdit::escaped, this, leave);
}

} // namespace ca
