// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"
#include "ui/chat/prose_view.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QUrl;
class QVBoxLayout;

namespace ca {

class MessageEditor;

/// One message: the person's in a bubble at the right, an answer over the whole width with its thinking folded over it. What can
/// be done with it shows under the pointer, or with the focus.
class MessageView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MessageView)
public:
    explicit MessageView(const ChatSaid &said, QWidget *parent = nullptr);

    void set(const ChatSaid &said);
    void append(const QString &text);
    void append_thinking(const QString &text);
    void set_can_change(bool can); ///< whether it may be edited or made anew

    [[nodiscard]] ProseView *prose() const { return prose_; }
    [[nodiscard]] QWidget *actions() const { return actions_; } ///< null until they were wanted
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    void edited(const QString &text);
    void regenerate();
    void branch_chosen(int branch); ///< from 1
    void copy_requested();
    void reference_activated(const QString &reference);
    void link_activated(const QUrl &url);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    bool event(QEvent *event) override;

private:
    [[nodiscard]] bool is_persons() const { return said_.role == ChatRole::user; }
    ProseView *make_prose(ProseView::Look look, const QString &accessible_name);
    void fit_bubble(int width) const;
    void show_thinking();
    void unfold_thinking(bool unfolded);
    void show_mark();
    void show_branches();
    void make_actions();
    void show_actions();
    void place_actions();
    void begin_edit();
    void end_edit(const QString &text);

    ChatSaid said_;
    QVBoxLayout *column_ = nullptr;
    ProseView *prose_ = nullptr;
    QPushButton *thinking_ = nullptr;
    ProseView *thought_ = nullptr;
    QLabel *mark_ = nullptr;
    QWidget *branches_ = nullptr;
    QWidget *actions_ = nullptr;
    QPushButton *change_ = nullptr;   ///< of the actions: Edit or Regenerate
    MessageEditor *editor_ = nullptr; ///< null while nothing is edited
    bool can_change_ = true;
    mutable int fitted_ = -1; ///< width that the bubble was fitted to
};

} // namespace ca
