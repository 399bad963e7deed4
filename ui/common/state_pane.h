// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStackedWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace ca {

/// The four states of a pane around its content: empty and failed are one sentence and one action, working is a sentence over
/// skeleton rows, full is the content. The pane keeps its size in all of them.
class StatePane final : public QStackedWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatePane)
public:
    enum class State { empty, working, failed, full };

    /// `name` begins the object names and accessible names of what is inside.
    StatePane(const QString &name, QWidget *content, QWidget *parent = nullptr);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] QString sentence() const;

    void show_empty(const QString &sentence, const QString &action);
    void show_working(const QString &sentence);
    void show_failed(const QString &sentence, const QString &action, const QString &details);
    void show_content();

Q_SIGNALS:
    void action_triggered();

private:
    void show_message(const QString &sentence, const QString &action, const QString &details);
    QWidget *make_message_page();
    QWidget *make_working_page();

    State state_ = State::empty;
    QString name_;
    QLabel *message_ = nullptr;
    QPushButton *action_ = nullptr;
    QPushButton *unfold_ = nullptr;
    QPlainTextEdit *details_ = nullptr;
    QLabel *working_ = nullptr;
};

} // namespace ca
