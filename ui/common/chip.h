// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

namespace ca {

/// A button of the header that says what is loaded: a name in bold, facts behind it in the dim role. What does not fit is elided;
/// the tooltip has it whole.
class Chip final : public QPushButton {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Chip)
public:
    /// `what` ("Model") begins the accessible name.
    Chip(const QString &object_name, const QString &what, QWidget *parent = nullptr);

    void set_facts(const QString &name, const QString &facts);
    [[nodiscard]] QString name() const { return name_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QFont bold() const;

    QString what_;
    QString name_;
    QString facts_;
};

} // namespace ca
