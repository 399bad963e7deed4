// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/question.h"

#include <QMessageBox>
#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;

void ask(QWidget *parent, const Question &question, std::function<void()> on_yes, std::function<void()> on_no)
{
    auto *box = new QMessageBox(parent);
    box->setObjectName(u"question"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    box->setTextFormat(Qt::PlainText);
    box->setText(question.sentence);
    box->setInformativeText(question.facts);
    auto *yes = new QPushButton(question.yes);
    yes->setObjectName(u"question_yes"_s);
    yes->setAccessibleName(question.yes);
    yes->setProperty("role", "primary");
    auto *no = new QPushButton(QMessageBox::tr("Cancel"));
    no->setObjectName(u"question_no"_s);
    no->setAccessibleName(no->text());
    box->addButton(yes, QMessageBox::AcceptRole);
    box->addButton(no, QMessageBox::RejectRole);
    box->setDefaultButton(question.is_final ? no : yes);
    box->setEscapeButton(no);
    QObject::connect(yes, &QPushButton::clicked, box, std::move(on_yes));
    if (on_no)
        QObject::connect(no, &QPushButton::clicked, box, std::move(on_no)); // Escape and the window's cross press it, too
    box->open();
}

} // namespace ca
