// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/chat_input.h"

#include "ui/chat/enter_edit.h"
#include "ui/chat/link_button.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFromRight = 4, kFromBottom = 2, kButtonHeight = 28; // px

} // namespace

ChatInput::ChatInput(QWidget *parent) : QWidget(parent)
{
    edit_ = new EnterEdit(u"chat_input"_s, tr("A message to the advisor"));
    edit_->setPlaceholderText(tr("Ask, or set a constraint…"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(edit_);
    const auto make = [this](const QString &name, const QString &text, const QString &accessible) {
        auto *button = make_link(name, text, accessible);
        button->setParent(this);
        return button;
    };
    continue_ = make(u"chat_continue"_s, tr("Continue"), tr("Have the advisor go on"));
    send_ = make(u"chat_send"_s, tr("Send"), tr("Send the message"));
    stop_ = make(u"chat_stop"_s, tr("Stop"), tr("Stop the advisor"));
    connect(edit_, &EnterEdit::entered, this, &ChatInput::send);
    connect(edit_, &QPlainTextEdit::textChanged, this, &ChatInput::show_buttons);
    connect(send_, &QPushButton::clicked, this, &ChatInput::send);
    connect(stop_, &QPushButton::clicked, this, &ChatInput::stop_requested);
    connect(continue_, &QPushButton::clicked, this, &ChatInput::continue_requested);
    show_buttons();
}

void ChatInput::set_activity(ChatActivity activity)
{
    const bool had_focus = stop_->hasFocus() || continue_->hasFocus();
    activity_ = activity;
    show_buttons();
    if (had_focus)
        edit_->setFocus(); // its button has gone
}

QString ChatInput::text() const
{
    return edit_->toPlainText();
}

void ChatInput::set_text(const QString &text)
{
    edit_->setPlainText(text);
    edit_->moveCursor(QTextCursor::End);
}

void ChatInput::send()
{
    const QString message = text().trimmed();
    if (message.isEmpty())
        return;
    edit_->clear();
    Q_EMIT sent(message);
}

void ChatInput::show_buttons()
{
    const bool is_answering = activity_ == ChatActivity::answering;
    const bool is_typed = !text().trimmed().isEmpty();
    stop_->setVisible(is_answering);
    send_->setVisible(!is_answering || is_typed); // it is heard before the next turn
    send_->setEnabled(is_typed);
    continue_->setVisible(activity_ == ChatActivity::interrupted && text().isEmpty());
    place_buttons();
}

void ChatInput::place_buttons()
{
    int right = width() - kFromRight;
    for (QPushButton *button : {stop_, send_, continue_}) {
        if (button->isHidden())
            continue;
        const QSize size(button->sizeHint().width(), kButtonHeight);
        right -= size.width();
        button->setGeometry({{right, height() - kFromBottom - size.height()}, size});
    }
    edit_->keep_free(width() - right + kFromRight);
}

void ChatInput::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place_buttons();
}

} // namespace ca
