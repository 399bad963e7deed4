// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QPushButton;

namespace ca {

/// A button that looks like a link. `name`: of the object; `accessible`: what readers of the screen say.
[[nodiscard]] QPushButton *make_link(const QString &name, const QString &text, const QString &accessible);

} // namespace ca
