// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

#include <QFrame>

class QLabel;
class QLineEdit;

namespace ca {

/// What the program asks before something is computed, and the answer. Nothing is answered by Enter alone.
class ConsentCard final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConsentCard)
public:
    explicit ConsentCard(const ChatConsent &consent, QWidget *parent = nullptr);

    void settle(const Decision &decision);

Q_SIGNALS:
    void decided(const ca::Decision &decision);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QWidget *make_answers();
    void decide(bool granted);

    QLabel *sentence_ = nullptr;
    QWidget *answers_ = nullptr;
    QLineEdit *reason_ = nullptr;
    QLabel *decision_ = nullptr;
    bool is_told_ = false; ///< to readers of the screen
};

} // namespace ca
