// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDockWidget>

class QHBoxLayout;
class QLabel;

namespace ca {

/// A dock with the window's own heading: name at the left, a short fact at the right. Moves, floats and tabs; cannot be closed,
/// so that nothing gets lost.
class Pane final : public QDockWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Pane)
public:
    /// `name` is the object name that saved layouts refer to.
    Pane(const QString &name, const QString &title, QWidget *content, QWidget *parent = nullptr);

    void set_note(const QString &note);
    [[nodiscard]] QString note() const;
    void add_after_title(QWidget *widget);
    /// Places a widget at the right end of the heading, before the note.
    void add_to_heading(QWidget *widget);

private:
    QHBoxLayout *row_ = nullptr;
    QLabel *note_ = nullptr;
};

} // namespace ca
