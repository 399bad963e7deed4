// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QDialog;
class QPushButton;
class QWidget;

namespace ca {

/// A button that is pressed by Enter only where it is its dialog's default. `name`: of the object; `accessible`: what readers of
/// the screen say.
[[nodiscard]] QPushButton *make_button(const QString &name, const QString &text, const QString &accessible);

/// The two at a dialog's foot: one that rejects it, and one, its default, that accepts it.
[[nodiscard]] QWidget *make_dialog_foot(QDialog &dialog, QPushButton *reject, QPushButton *accept);

} // namespace ca
