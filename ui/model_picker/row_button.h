// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QWidget>

class QPushButton;

namespace ca {

/// The button of a row of the picker over what the row's delegate draws: Download, Cancel or Try again, by where the model
/// stands, or none. Everything beside the button is the row's.
class RowButton final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RowButton)
public:
    explicit RowButton(const QString &id, QWidget *parent = nullptr);

    void set_state(Availability::State state, const QString &model);
    [[nodiscard]] Availability::State state() const { return state_; }
    [[nodiscard]] QPushButton *button() const { return button_; }

Q_SIGNALS:
    void clicked();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void place();

    Availability::State state_ = Availability::State::ready;
    QPushButton *button_ = nullptr;
};

} // namespace ca
