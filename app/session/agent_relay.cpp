// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/agent_relay.h"

#include <algorithm>
#include <utility>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPace = 30; // ms between two deliveries: the chat is drawn at 25 frames a second

} // namespace

AgentRelay::AgentRelay(QObject *parent) : QObject(parent)
{
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &AgentRelay::flush);
    since_flush_.start();
}

std::uint64_t AgentRelay::begin()
{
    return ++conversation_;
}

void AgentRelay::push(Event event)
{
    const std::lock_guard lock(mutex_);
    const bool is_piece = !event.deliver && event.piece.kind != ChatDelta::Kind::call;
    if (is_piece && !events_.empty() && !events_.back().deliver && events_.back().conversation == event.conversation
        && events_.back().piece.kind == event.piece.kind)
        events_.back().piece.text += event.piece.text;
    else
        events_.push_back(std::move(event));
    if (std::exchange(scheduled_, true))
        return;
    QMetaObject::invokeMethod(this, &AgentRelay::schedule, Qt::QueuedConnection);
}

void AgentRelay::schedule()
{
    const qint64 left = kPace - since_flush_.elapsed();
    if (left <= 0)
        flush();
    else
        timer_.start(static_cast<int>(left));
}

void AgentRelay::flush()
{
    std::deque<Event> events;
    {
        const std::lock_guard lock(mutex_);
        events.swap(events_);
        scheduled_ = false;
    }
    timer_.stop();
    since_flush_.start();
    for (const Event &event : events) {
        if (event.conversation != conversation_)
            continue;
        if (event.deliver)
            event.deliver();
        else
            Q_EMIT delta(event.piece);
    }
}

void AgentRelay::say(std::uint64_t conversation, std::function<void()> what)
{
    push({conversation, std::move(what), {}});
}

void AgentRelay::say(std::uint64_t conversation, const ChatDelta &delta)
{
    push({conversation, {}, delta});
}

Decision AgentRelay::ask(std::uint64_t conversation, const ConsentRequest &asked, const std::stop_token &stop)
{
    std::unique_lock lock(mutex_);
    const QString question = u"c%1"_s.arg(++questions_);
    question_ = question;
    decision_.reset();
    lock.unlock();
    say(conversation, [this, question, asked] { Q_EMIT consent_asked(question, asked); });
    lock.lock();
    decided_.wait(lock, stop, [this] { return decision_.has_value(); });
    question_.clear();
    if (decision_)
        return *std::exchange(decision_, std::nullopt);
    lock.unlock();
    const Decision withdrawn{false, "It was stopped."};
    say(conversation, [this, question, withdrawn] { Q_EMIT consent_withdrawn(question, withdrawn); });
    return withdrawn;
}

void AgentRelay::decide(const QString &question, const Decision &decision)
{
    {
        const std::lock_guard lock(mutex_);
        if (question_.isEmpty() || question != question_)
            return;
        decision_ = decision;
    }
    decided_.notify_all();
}

void AgentLine::turn_begun(std::size_t)
{
    relay_.say(conversation_, [&relay = relay_] { Q_EMIT relay.turn_begun(); });
}

void AgentLine::delta(const ChatDelta &delta)
{
    relay_.say(conversation_, delta);
}

void AgentLine::turn_ended(const ChatTurn &turn, const std::vector<TextSpan> &text)
{
    relay_.say(conversation_, [&relay = relay_, turn, text] { Q_EMIT relay.turn_ended(turn, text); });
}

void AgentLine::call_changed(const CallCard &card)
{
    relay_.say(conversation_, [&relay = relay_, card] { Q_EMIT relay.call_changed(card); });
}

void AgentLine::finished(const std::vector<TextSpan> &summary, const std::optional<std::string> &)
{
    relay_.say(conversation_, [&relay = relay_, summary] { Q_EMIT relay.finished(summary); });
}

void AgentLine::notice(const std::string &sentence)
{
    relay_.say(conversation_, [&relay = relay_, text = QString::fromStdString(sentence)] { Q_EMIT relay.noticed(text); });
}

void AgentLine::usage_changed(const Usage &total, std::optional<double> cost)
{
    relay_.say(conversation_, [&relay = relay_, total, cost] { Q_EMIT relay.usage_changed(total, cost); });
}

} // namespace ca
