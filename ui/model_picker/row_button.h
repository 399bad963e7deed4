// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QWidget>

class QPushButton;

namespace ca {

/// The button of a row of the picker over what the row's delegate draws: Download, Cancel or Try again, by where the model
/// stands. Everything beside the button is the row's.
class RowButton final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RowButton)
public:
    RowButton(const QString &id, Availability::State state, const QString &model, QWidget *parent = nullptr);

    [[nodiscard]] static bool is_needed(Availability::State state);
    [[nodiscard]] Availability::State state() const { return state_; }

Q_SIGNALS:
    void clicked();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    Availability::State state_;
    QPushButton *button_ = nullptr;
};

} // namespace ca
