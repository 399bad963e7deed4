// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace ca {

class EnterEdit;

/// A message that was sent, in place of itself, to be changed.
class MessageEditor final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MessageEditor)
public:
    explicit MessageEditor(const QString &text, QWidget *parent = nullptr);

    [[nodiscard]] EnterEdit *edit() const { return edit_; }

Q_SIGNALS:
    void finished(const QString &text); ///< empty: it was cancelled

private:
    EnterEdit *edit_ = nullptr;
};

} // namespace ca
