// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

#include <QWidget>

class QComboBox;
class QMenu;

namespace ca {

/// Under the input: who is talked to, what may be done without asking, what left this machine, and a menu for the conversation as
/// a whole. It shows what it is told, and tells what a person chose.
class ChatBar final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChatBar)
public:
    explicit ChatBar(QWidget *parent = nullptr);

    void set_choices(const std::vector<ChatChoice> &choices, const ChatChoice &current);
    void set_consent_mode(ConsentMode mode);
    void set_can_export(bool can); ///< there is a conversation
    void set_can_choose(bool can); ///< who is talked to, and how

Q_SIGNALS:
    void choice_made(const ca::ChatChoice &choice);
    void providers_requested();
    void consent_mode_chosen(ca::ConsentMode mode);
    void sent_data_requested();
    void copy_requested();
    void export_requested();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void make_menu();
    void choose(int row);

    std::vector<ChatChoice> choices_;
    int current_ = -1;
    QComboBox *who_ = nullptr;
    QComboBox *mode_ = nullptr;
    QMenu *menu_ = nullptr;
};

} // namespace ca
