// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace ca {

inline constexpr double kUnknownPrice = -0.01; ///< the lowest value of a price reads "not known"

// Fields of a form. `name`: of the object; `accessible`: what readers of the screen say.
[[nodiscard]] QLineEdit *make_line(const QString &name, const QString &accessible);
[[nodiscard]] QLabel *make_note(const QString &name); ///< secondary text under a field
[[nodiscard]] QDoubleSpinBox *make_price(const QString &name, const QString &accessible);
[[nodiscard]] QSpinBox *make_number(const QString &name, const QString &accessible, int least, int most);

} // namespace ca
