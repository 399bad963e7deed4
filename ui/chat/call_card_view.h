// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/agent_events.h"

#include <QElapsedTimer>
#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace ca {

/// A tool call: what it does, its state in a word and a shape, what came of it, and the trials it speaks of; its arguments
/// unfold, as a form or as JSON.
class CallCardView final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CallCardView)
public:
    explicit CallCardView(const CallCard &card, QWidget *parent = nullptr);

    void set(const CallCard &card);
    [[nodiscard]] const CallCard &card() const { return card_; }
    void tick(); ///< while it runs: shows how long it has been

Q_SIGNALS:
    void trial_activated(const QString &trial);

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *make_head();
    void show_state(double seconds);
    void show_trials();
    void unfold(bool unfolded);
    void make_arguments();

    CallCard card_;
    QElapsedTimer since_told_; ///< what `card_.seconds` was
    QVBoxLayout *column_ = nullptr;
    QPushButton *fold_ = nullptr;
    QLabel *title_ = nullptr;
    QLabel *state_ = nullptr;
    QLabel *summary_ = nullptr;
    QWidget *trials_ = nullptr;
    QWidget *arguments_ = nullptr; ///< null until they were unfolded
};

} // namespace ca
