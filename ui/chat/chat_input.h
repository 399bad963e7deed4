// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

#include <QWidget>

class QPushButton;

namespace ca {

class EnterEdit;

/// Where a message is typed. At its right, whichever can be done: Send, Stop, Continue.
class ChatInput final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChatInput)
public:
    explicit ChatInput(QWidget *parent = nullptr);

    void set_activity(ChatActivity activity);
    [[nodiscard]] QString text() const;
    void set_text(const QString &text);
    [[nodiscard]] EnterEdit *edit() const { return edit_; }

Q_SIGNALS:
    void sent(const QString &text);
    void stop_requested();
    void continue_requested();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void send();
    void show_buttons();
    void place_buttons();

    ChatActivity activity_ = ChatActivity::idle;
    EnterEdit *edit_ = nullptr;
    QPushButton *send_ = nullptr;
    QPushButton *stop_ = nullptr;
    QPushButton *continue_ = nullptr;
};

} // namespace ca
