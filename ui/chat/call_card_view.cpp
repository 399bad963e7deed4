// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/call_card_view.h"

#include "ui/chat/call_arguments.h"
#include "ui/chat/chat_words.h"
#include "ui/chat/flow_layout.h"
#include "ui/chat/link_button.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

CallCardView::CallCardView(const CallCard &card, QWidget *parent) : QFrame(parent)
{
    setObjectName(u"call_card"_s);
    setProperty("role", "card");
    column_ = new QVBoxLayout(this);
    column_->setContentsMargins(8, 6, 10, 8);
    column_->setSpacing(4);
    column_->addWidget(make_head());
    summary_ = new QLabel;
    summary_->setObjectName(u"call_summary"_s);
    summary_->setProperty("role", "dim");
    summary_->setTextFormat(Qt::PlainText);
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column_->addWidget(summary_);
    trials_ = new QWidget;
    trials_->setObjectName(u"call_trials"_s);
    new FlowLayout(trials_, 4);
    column_->addWidget(trials_);
    set(card);
}

QWidget *CallCardView::make_head()
{
    auto *head = new QWidget;
    fold_ = make_link(u"call_fold"_s, u"▸"_s, {});
    fold_->setCheckable(true);
    fold_->setFixedSize(22, 22);
    connect(fold_, &QPushButton::toggled, this, &CallCardView::unfold);
    title_ = new QLabel;
    title_->setObjectName(u"call_title"_s);
    title_->setProperty("role", "question");
    title_->setTextFormat(Qt::PlainText);
    title_->setWordWrap(true);
    state_ = new QLabel;
    state_->setObjectName(u"call_state"_s);
    state_->setTextFormat(Qt::RichText);
    for (QLabel *label : {title_, state_})
        label->setContentsMargins(0, 6, 0, 0); // its first line beside the button
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(fold_, 0, Qt::AlignTop);
    row->addWidget(title_, 1);
    row->addSpacing(8);
    row->addWidget(state_, 0, Qt::AlignTop);
    return head;
}

void CallCardView::set(const CallCard &card)
{
    const bool same_arguments = card.arguments == card_.arguments;
    card_ = card;
    since_told_.start();
    title_->setText(words::clean(card.title));
    fold_->setAccessibleName(tr("Arguments of: %1").arg(title_->text()));
    summary_->setText(words::tame(words::from(card.summary)));
    summary_->setVisible(!card.summary.empty());
    show_state(card.seconds);
    show_trials();
    if (arguments_ && !same_arguments)
        make_arguments();
}

void CallCardView::tick()
{
    if (card_.state == CallState::running)
        show_state(card_.seconds + static_cast<double>(since_told_.elapsed()) / 1000);
}

void CallCardView::show_state(double seconds)
{
    const QString state = words::call_state(card_.state, seconds);
    const QColor color = words::call_color(card_.state, theme_of(palette()));
    state_->setText(u"<span style='color:%1'>%2</span>"_s.arg(color.name(), state.toHtmlEscaped()));
    state_->setAccessibleName(state);
    setAccessibleName(title_->text() + u", "_s + state);
}

void CallCardView::show_trials()
{
    QStringList wanted;
    for (const std::string &trial : card_.trials)
        wanted << words::clean(trial);
    if (trials_->property("trials").toStringList() == wanted && !wanted.isEmpty())
        return;
    trials_->setProperty("trials", wanted);
    trials_->setVisible(!wanted.isEmpty());
    for (auto *old : trials_->findChildren<QPushButton *>()) {
        old->hide();
        old->deleteLater(); // it may be speaking
    }
    for (const QString &trial : wanted) {
        auto *link = make_link(u"call_trial_"_s + trial, trial, tr("Select trial %1").arg(trial));
        connect(link, &QPushButton::clicked, this, [this, trial] { Q_EMIT trial_activated(trial); });
        trials_->layout()->addWidget(link);
    }
}

void CallCardView::unfold(bool unfolded)
{
    fold_->setText(unfolded ? u"▾"_s : u"▸"_s);
    if (unfolded && !arguments_)
        make_arguments();
    if (arguments_)
        arguments_->setVisible(unfolded);
}

void CallCardView::make_arguments()
{
    if (arguments_)
        arguments_->deleteLater();
    arguments_ = new CallArguments(card_.arguments);
    column_->insertWidget(1, arguments_);
    arguments_->setVisible(fold_->isChecked());
    QWidget *before = fold_;
    for (auto *button : arguments_->findChildren<QPushButton *>()) {
        setTabOrder(before, button);
        before = button;
    }
}

void CallCardView::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && state_)
        show_state(card_.seconds);
}

} // namespace ca
