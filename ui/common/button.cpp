// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/button.h"

#include <QDialog>
#include <QHBoxLayout>
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

QWidget *make_dialog_foot(QDialog &dialog, QPushButton *reject, QPushButton *accept)
{
    accept->setProperty("role", "primary");
    accept->setDefault(true);
    QObject::connect(reject, &QPushButton::clicked, &dialog, &QDialog::reject);
    QObject::connect(accept, &QPushButton::clicked, &dialog, &QDialog::accept);
    auto *foot = new QWidget;
    auto *row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addStretch();
    row->addWidget(reject);
    row->addWidget(accept);
    return foot;
}

} // namespace ca
