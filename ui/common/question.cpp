// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/question.h"

#include <QAbstractButton>
#include <QMessageBox>
#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;

void ask(QWidget *parent, const Question &question, std::function<void()> on_yes)
{
    auto *box = new QMessageBox(parent);
    box->setObjectName(u"question"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Question);
    box->setTextFormat(Qt::PlainText);
    box->setText(question.sentence);
    box->setInformativeText(question.facts);
    auto *yes = box->addButton(question.yes, QMessageBox::AcceptRole);
    yes->setObjectName(u"question_yes"_s);
    auto *no = box->addButton(QMessageBox::Cancel);
    for (QAbstractButton *button : {static_cast<QAbstractButton *>(yes), static_cast<QAbstractButton *>(no)})
        button->setAccessibleName(button->text().remove(u'&'));
    yes->setProperty("role", "primary");
    box->setDefaultButton(yes);
    QObject::connect(yes, &QPushButton::clicked, box, std::move(on_yes));
    box->open();
}

} // namespace ca
