// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QButtonGroup;

namespace ca {

/// One of a few, side by side: the tabs in a pane's heading. Arrow keys move between them.
class Segments final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Segments)
public:
    /// `name` begins the object names of the buttons, which end in their number.
    Segments(const QString &name, const QString &accessible_name, const QStringList &texts, QWidget *parent = nullptr);

    [[nodiscard]] int current() const;
    void set_current(int number);

Q_SIGNALS:
    void chosen(int number); ///< by a person

private:
    QButtonGroup *buttons_ = nullptr;
};

} // namespace ca
