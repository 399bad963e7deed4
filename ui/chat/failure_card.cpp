// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/failure_card.h"

#include "ui/chat/link_button.h"
#include "ui/chat/prose_view.h"
#include "ui/common/button.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

FailureCard::FailureCard(const QString &sentence, const QString &details, QWidget *parent) : QFrame(parent)
{
    setObjectName(u"chat_failure"_s);
    setProperty("role", "card");
    setAccessibleName(sentence);
    auto *text = new QLabel(u"✗ "_s + sentence);
    text->setObjectName(u"chat_failure_sentence"_s);
    text->setProperty("role", "bad");
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    auto *retry = make_button(u"chat_retry"_s, tr("Retry"), tr("Ask once more"));
    connect(retry, &QPushButton::clicked, this, &FailureCard::retry_requested);
    auto *unfold = make_link(u"chat_failure_unfold"_s, tr("Details"), tr("Details of what happened"));
    unfold->setCheckable(true);
    unfold->setVisible(!details.isEmpty());
    auto *folded = new ProseView(ProseView::Look::plain, tr("Details"));
    folded->append(details);
    folded->hide();
    connect(unfold, &QPushButton::toggled, folded, &QWidget::setVisible);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(retry);
    buttons->addWidget(unfold);
    buttons->addStretch();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(6);
    column->addWidget(text);
    column->addLayout(buttons);
    column->addWidget(folded);
}

} // namespace ca
