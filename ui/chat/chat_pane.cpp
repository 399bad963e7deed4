// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/chat_pane.h"

#include "ui/chat/chat_bar.h"
#include "ui/chat/chat_export.h"
#include "ui/chat/chat_input.h"
#include "ui/chat/chat_words.h"
#include "ui/chat/conversation_view.h"
#include "ui/chat/flow_layout.h"
#include "ui/common/button.h"
#include "ui/common/state_pane.h"
#include "ui/common/words.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

ChatPane::ChatPane(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"chat_pane"_s);
    conversation_ = new ConversationView;
    states_ = new StatePane(u"chat"_s, conversation_);
    suggestions_ = new QWidget;
    suggestions_->setObjectName(u"chat_suggestions"_s);
    new FlowLayout(suggestions_, 6);
    doing_ = new QLabel;
    doing_->setObjectName(u"chat_doing"_s);
    doing_->setProperty("role", "dim");
    doing_->setTextFormat(Qt::PlainText);
    input_ = new ChatInput;
    bar_ = new ChatBar;
    meter_ = new QLabel;
    meter_->setObjectName(u"chat_meter"_s);
    meter_->setProperty("role", "dim");
    meter_->setTextFormat(Qt::PlainText);
    lay_out();
    connect_parts();
    constexpr int kSecond = 1000; // ms
    seconds_.setInterval(kSecond);
    connect(&seconds_, &QTimer::timeout, this, &ChatPane::tick);
    set_usage({}, 0);
    show_state();
    show_activity();
}

void ChatPane::lay_out()
{
    auto *foot = new QVBoxLayout;
    foot->setContentsMargins(12, 0, 12, 8);
    foot->setSpacing(8);
    foot->addWidget(doing_);
    foot->addWidget(suggestions_);
    foot->addWidget(input_);
    foot->addWidget(bar_);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(states_, 1);
    column->addLayout(foot);
}

void ChatPane::connect_parts()
{
    connect(states_, &StatePane::action_triggered, this, &ChatPane::retry_requested);
    connect(conversation_, &ConversationView::filled, this, &ChatPane::show_state);
    connect(conversation_, &ConversationView::edited, this, &ChatPane::edited);
    connect(conversation_, &ConversationView::regenerate, this, &ChatPane::regenerate);
    connect(conversation_, &ConversationView::branch_chosen, this, &ChatPane::branch_chosen);
    connect(conversation_, &ConversationView::consent_decided, this, &ChatPane::consent_decided);
    connect(conversation_, &ConversationView::reference_activated, this, &ChatPane::reference_activated);
    connect(conversation_, &ConversationView::trial_activated, this, &ChatPane::trial_activated);
    connect(conversation_, &ConversationView::link_activated, this, &ChatPane::link_activated);
    connect(conversation_, &ConversationView::retry_requested, this, &ChatPane::retry_requested);
    connect(conversation_, &ConversationView::copy_requested, this, &ChatPane::copy);
    connect(input_, &ChatInput::sent, this, &ChatPane::sent);
    connect(input_, &ChatInput::stop_requested, this, &ChatPane::stop_requested);
    connect(input_, &ChatInput::continue_requested, this, &ChatPane::continue_requested);
    connect(bar_, &ChatBar::choice_made, this, &ChatPane::choice_made);
    connect(bar_, &ChatBar::providers_requested, this, &ChatPane::providers_requested);
    connect(bar_, &ChatBar::consent_mode_chosen, this, &ChatPane::consent_mode_chosen);
    connect(bar_, &ChatBar::sent_data_requested, this, &ChatPane::sent_data_requested);
    connect(bar_, &ChatBar::export_requested, this, &ChatPane::export_requested);
    connect(bar_, &ChatBar::copy_requested, this, [this] { copy(markdown()); });
}

void ChatPane::show_state()
{
    if (conversation_->is_empty())
        states_->show_empty(
            tr("Say what the model must keep and how small it must get. The advisor plans, asks, runs and explains."), {});
    else
        states_->show_content();
    bar_->set_can_export(!conversation_->is_empty());
}

void ChatPane::set_entries(std::vector<ChatEntry> entries)
{
    if (!entries.empty())
        states_->show_working(tr("Opening the conversation"));
    conversation_->set_entries(std::move(entries));
}

void ChatPane::add(const ChatEntry &entry)
{
    conversation_->add(entry);
    show_state();
}

void ChatPane::begin_answer(const QString &id)
{
    tool_.clear();
    conversation_->begin_answer(id);
    show_state();
}

void ChatPane::add_delta(const ChatDelta &delta)
{
    if (delta.kind == ChatDelta::Kind::call) {
        tool_ = words::clean(delta.text);
        show_activity();
    }
    conversation_->add_delta(delta);
}

void ChatPane::end_answer(const ChatSaid &answer)
{
    tool_.clear();
    conversation_->end_answer(answer);
    show_state();
    show_activity();
}

void ChatPane::flush()
{
    conversation_->flush();
}

void ChatPane::set_call(const CallCard &card)
{
    tool_.clear(); // its call is no longer being written
    show_activity();
    conversation_->set_call(card);
    show_state();
}

void ChatPane::settle(const QString &consent, const Decision &decision)
{
    conversation_->settle(consent, decision);
}

const std::vector<ChatEntry> &ChatPane::entries() const
{
    return conversation_->entries();
}

QString ChatPane::markdown() const
{
    return chat_as_markdown(conversation_->entries());
}

void ChatPane::set_activity(ChatActivity activity)
{
    activity_ = activity;
    if (activity == ChatActivity::answering) {
        since_.start();
        seconds_.start();
    } else {
        seconds_.stop();
    }
    input_->set_activity(activity);
    bar_->set_can_choose(activity != ChatActivity::answering);
    conversation_->set_can_change(activity != ChatActivity::answering);
    show_activity();
}

/// What it is doing stands where the suggestions stand otherwise.
void ChatPane::show_activity()
{
    const bool is_answering = activity_ == ChatActivity::answering;
    doing_->setVisible(is_answering);
    suggestions_->setVisible(!is_answering && suggestions_->layout()->count() > 0);
    if (!is_answering)
        return;
    const QString what = tool_.isEmpty() ? tr("Answering") : tr("Preparing %1").arg(tool_);
    doing_->setText(u"● "_s + what + u" · "_s + words::whole_seconds(since_.elapsed() / 1000));
}

void ChatPane::tick()
{
    show_activity();
    conversation_->tick();
}

void ChatPane::show_working(const QString &sentence)
{
    states_->show_working(sentence);
}

void ChatPane::show_failed(const QString &sentence, const QString &details)
{
    if (conversation_->is_empty())
        states_->show_failed(sentence, tr("Retry"), details);
    else
        conversation_->show_failure(sentence, details);
}

void ChatPane::set_suggestions(const QStringList &questions)
{
    while (QLayoutItem *item = suggestions_->layout()->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // it may be what was chosen
        delete item;
    }
    QWidget *before = suggestions_;
    for (const QString &question : questions) {
        auto *button = make_button(u"chat_suggestion"_s, words::escaped(question), tr("Ask: %1").arg(question));
        button->setProperty("role", "small");
        connect(button, &QPushButton::clicked, this, [this, question] { Q_EMIT sent(question); });
        suggestions_->layout()->addWidget(button);
        setTabOrder(before, button);
        before = button;
    }
    show_activity();
}

void ChatPane::set_choices(const std::vector<ChatChoice> &choices, const ChatChoice &current)
{
    bar_->set_choices(choices, current);
}

void ChatPane::set_consent_mode(ConsentMode mode)
{
    bar_->set_consent_mode(mode);
}

void ChatPane::set_usage(const Usage &usage, std::optional<double> dollars)
{
    meter_->setText(words::meter(usage, dollars));
    meter_->setToolTip(words::meter_details(usage, dollars));
}

void ChatPane::copy(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

} // namespace ca
