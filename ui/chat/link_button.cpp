// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/link_button.h"

#include "ui/common/button.h"

#include <QPushButton>

namespace ca {

QPushButton *make_link(const QString &name, const QString &text, const QString &accessible)
{
    QPushButton *button = make_button(name, text, accessible);
    button->setProperty("role", "link");
    return button;
}

} // namespace ca
