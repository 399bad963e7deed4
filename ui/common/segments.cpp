// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/segments.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;

Segments::Segments(const QString &name, const QString &accessible_name, const QStringList &texts, QWidget *parent)
    : QWidget(parent), buttons_(new QButtonGroup(this))
{
    setObjectName(name);
    setAccessibleName(accessible_name);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    for (int number = 0; number < texts.size(); ++number) {
        auto *button = new QPushButton(texts[number]);
        button->setObjectName(name + u'_' + QString::number(number));
        button->setAccessibleName(accessible_name + u": "_s + texts[number]);
        button->setProperty("role", "segment");
        button->setCheckable(true);
        button->setChecked(number == 0);
        buttons_->addButton(button, number);
        row->addWidget(button);
    }
    connect(buttons_, &QButtonGroup::idClicked, this, &Segments::chosen);
}

int Segments::current() const
{
    return buttons_->checkedId();
}

void Segments::set_current(int number)
{
    buttons_->button(number)->setChecked(true);
}

} // namespace ca
