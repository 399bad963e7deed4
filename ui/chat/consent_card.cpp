// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/consent_card.h"

#include "ui/chat/chat_words.h"
#include "ui/common/button.h"
#include "ui/common/words.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

ConsentCard::ConsentCard(const ChatConsent &consent, QWidget *parent) : QFrame(parent)
{
    constexpr int kMostReason = 500; // letters that go back to the model
    setObjectName(u"consent_card"_s);
    setProperty("role", "card");
    auto *heading = new QLabel(consent.request.kind == ConsentRequest::Kind::compute ? tr("◇ May this be run?")
                                                                                     : tr("◇ May this constraint be set?"));
    heading->setProperty("role", "heading");
    sentence_ = new QLabel(words::clean(consent.request.sentence));
    sentence_->setObjectName(u"consent_sentence"_s);
    sentence_->setProperty("role", "explanation");
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    reason_ = new QLineEdit;
    reason_->setMaxLength(kMostReason);
    decision_ = new QLabel;
    decision_->setObjectName(u"consent_decision"_s);
    decision_->setProperty("role", "dim");
    decision_->setTextFormat(Qt::PlainText);
    decision_->setWordWrap(true);
    decision_->hide();
    answers_ = make_answers();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 10);
    column->setSpacing(6);
    column->addWidget(heading);
    column->addWidget(sentence_);
    column->addWidget(answers_);
    column->addWidget(decision_);
    setAccessibleName(heading->text() + u' ' + sentence_->text());
    if (consent.decision)
        settle(*consent.decision);
}

QWidget *ConsentCard::make_answers()
{
    reason_->setObjectName(u"consent_reason"_s);
    reason_->setAccessibleName(tr("A reason, which the advisor is told"));
    reason_->setProperty("role", "field");
    reason_->setPlaceholderText(tr("A reason, if you like"));
    reason_->setAcceptDrops(false); // a dropped file is the window's
    auto *approve = make_button(u"consent_approve"_s, tr("Approve"), tr("Approve: %1").arg(sentence_->text()));
    approve->setProperty("role", "primary");
    auto *refuse = make_button(u"consent_refuse"_s, tr("Refuse"), tr("Refuse: %1").arg(sentence_->text()));
    connect(approve, &QPushButton::clicked, this, [this] { decide(true); });
    connect(refuse, &QPushButton::clicked, this, [this] { decide(false); });
    auto *answers = new QWidget;
    auto *row = new QHBoxLayout(answers);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(reason_, 1);
    row->addWidget(refuse);
    row->addWidget(approve);
    return answers;
}

void ConsentCard::decide(bool granted)
{
    const Decision decision{granted, reason_->text().trimmed().toStdString()};
    settle(decision);
    Q_EMIT decided(decision);
}

void ConsentCard::settle(const Decision &decision)
{
    answers_->hide();
    decision_->setText(words::decision(decision));
    decision_->show();
}

void ConsentCard::showEvent(QShowEvent *event)
{
    QFrame::showEvent(event);
    if (is_told_ || answers_->isHidden())
        return;
    is_told_ = true;
    QAccessibleEvent told(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&told);
}

} // namespace ca
