// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace ca {

/// Lines to type in: Enter is done, Shift+Enter begins a line, Escape leaves. It is as high as its lines, up to some.
class EnterEdit final : public QPlainTextEdit {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EnterEdit)
public:
    EnterEdit(const QString &object_name, const QString &accessible_name, QWidget *parent = nullptr);

    /// px at the right that stay free for a button over it.
    void keep_free(int width) { setViewportMargins(0, 0, width, 0); }

Q_SIGNALS:
    void entered();
    void escaped();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void fit();
};

} // namespace ca
