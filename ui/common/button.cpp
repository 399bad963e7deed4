// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/button.h"

#include <QPushButton>

namespace ca {

QPushButton *make_button(const QString &name, const QString &text, const QString &accessible)
{
    auto *button = new QPushButton(text);
    button->setObjectName(name);
    button->setAccessibleName(accessible);
    button->setAutoDefault(false);
    return button;
}

} // namespace ca
