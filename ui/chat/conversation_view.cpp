// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/conversation_view.h"

#include "ui/chat/call_card_view.h"
#include "ui/chat/chat_words.h"
#include "ui/chat/consent_card.h"
#include "ui/chat/failure_card.h"
#include "ui/chat/message_view.h"
#include "ui/chat/transcript.h"
#include "ui/common/words.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFrame = 40; // ms

template <typename Entry, typename Is>
Entry *last_where(std::vector<ChatEntry> &entries, Is is)
{
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        if (auto *found = std::get_if<Entry>(&*entry); found && is(*found))
            return found;
    return nullptr;
}

} // namespace

ConversationView::ConversationView(QWidget *parent) : QWidget(parent)
{
    transcript_ = new Transcript;
    transcript_->setObjectName(u"chat_transcript"_s);
    transcript_->setAccessibleName(tr("The conversation"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(transcript_);
    connect(transcript_, &Transcript::filled, this, &ConversationView::filled);
    frames_.setInterval(kFrame);
    connect(&frames_, &QTimer::timeout, this, &ConversationView::flush);
}

void ConversationView::set_entries(std::vector<ChatEntry> entries)
{
    frames_.stop();
    text_.clear();
    thinking_.clear();
    writing_ = nullptr;
    failure_ = nullptr; // goes with the rest
    messages_.clear();
    calls_.clear();
    consents_.clear();
    entries_ = std::move(entries);
    transcript_->fill(entries_.size(), [this](std::size_t entry) { return make(entry); });
}

void ConversationView::add(const ChatEntry &entry)
{
    flush();
    forget_failure();
    const std::size_t place = entries_.size();
    transcript_->finish_filling();
    entries_.push_back(entry);
    transcript_->add(make(place));
    const auto *said = std::get_if<ChatSaid>(&entry);
    if (said && said->role == ChatRole::user)
        transcript_->scroll_to_end();
}

QWidget *ConversationView::make(std::size_t entry)
{
    return std::visit([this](const auto &what) { return make(what); }, entries_[entry]);
}

QWidget *ConversationView::make(const ChatSaid &said)
{
    auto *view = new MessageView(said);
    view->set_can_change(can_change_);
    const QString id = said.id;
    messages_.insert(id, view);
    connect(view, &MessageView::edited, this, [this, id](const QString &text) { Q_EMIT edited(id, text); });
    connect(view, &MessageView::regenerate, this, [this, id] { Q_EMIT regenerate(id); });
    connect(view, &MessageView::branch_chosen, this, [this, id](int branch) { Q_EMIT branch_chosen(id, branch); });
    connect(view, &MessageView::copy_requested, this, [this, id] {
        if (const auto *found = last_where<ChatSaid>(entries_, [&](const ChatSaid &of) { return of.id == id; }))
            Q_EMIT copy_requested(words::tame(text_of(found->text)));
    });
    connect(view, &MessageView::reference_activated, this, &ConversationView::reference_activated);
    connect(view, &MessageView::link_activated, this, &ConversationView::link_activated);
    return view;
}

QWidget *ConversationView::make(const CallCard &card)
{
    auto *view = new CallCardView(card);
    calls_.insert(words::from(card.id), view);
    connect(view, &CallCardView::trial_activated, this, &ConversationView::trial_activated);
    return view;
}

QWidget *ConversationView::make(const ChatConsent &consent)
{
    auto *view = new ConsentCard(consent);
    const QString id = consent.id;
    consents_.insert(id, view);
    connect(view, &ConsentCard::decided, this, [this, id](const Decision &decision) {
        settle(id, decision);
        Q_EMIT consent_decided(id, decision);
    });
    return view;
}

QWidget *ConversationView::make(const ChatNotice &notice)
{
    auto *label = new QLabel(u"▪ "_s + words::tame(notice.sentence));
    label->setObjectName(u"chat_notice"_s);
    label->setProperty("role", "dim");
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void ConversationView::begin_answer(const QString &id)
{
    add(ChatSaid{id, ChatRole::assistant});
    answer_ = entries_.size() - 1;
    writing_ = messages_.value(id);
}

void ConversationView::add_delta(const ChatDelta &delta)
{
    if (delta.kind == ChatDelta::Kind::call || !writing_)
        return;
    (delta.kind == ChatDelta::Kind::text ? text_ : thinking_) += words::from(delta.text);
    if (!frames_.isActive()) {
        flush(); // the first at once
        frames_.start();
    }
}

void ConversationView::flush()
{
    if (text_.isEmpty() && thinking_.isEmpty()) {
        frames_.stop();
        return;
    }
    auto &said = std::get<ChatSaid>(entries_[answer_]);
    if (said.text.empty())
        said.text = plain_text({});
    said.text.front().text += text_.toStdString();
    said.thinking += thinking_;
    if (writing_ && !thinking_.isEmpty())
        writing_->append_thinking(thinking_);
    if (writing_ && !text_.isEmpty())
        writing_->append(text_);
    text_.clear();
    thinking_.clear();
}

void ConversationView::end_answer(const ChatSaid &answer)
{
    if (!writing_) {
        add(answer);
        return;
    }
    flush();
    auto &said = std::get<ChatSaid>(entries_[answer_]);
    const QString id = said.id;
    said = answer;
    said.id = id;
    writing_->set(said);
    writing_ = nullptr;
}

void ConversationView::set_call(const CallCard &card)
{
    auto *known = last_where<CallCard>(entries_, [&](const CallCard &of) { return of.id == card.id; });
    if (!known) {
        add(card);
        return;
    }
    *known = card;
    if (CallCardView *view = calls_.value(words::from(card.id)))
        view->set(card);
}

void ConversationView::settle(const QString &consent, const Decision &decision)
{
    if (auto *known = last_where<ChatConsent>(entries_, [&](const ChatConsent &of) { return of.id == consent; }))
        known->decision = decision;
    if (ConsentCard *view = consents_.value(consent))
        view->settle(decision);
}

void ConversationView::show_failure(const QString &sentence, const QString &details)
{
    flush();
    forget_failure();
    failure_ = new FailureCard(sentence, details);
    connect(failure_, &FailureCard::retry_requested, this, &ConversationView::retry_requested);
    transcript_->add(failure_);
}

void ConversationView::forget_failure()
{
    if (failure_)
        transcript_->remove_last();
}

void ConversationView::set_can_change(bool can)
{
    can_change_ = can;
    for (const auto &message : std::as_const(messages_))
        if (message)
            message->set_can_change(can);
}

void ConversationView::tick()
{
    for (const auto &call : std::as_const(calls_))
        if (call)
            call->tick();
}

} // namespace ca
