// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/agent_inbox.h"

#include "core/agent/phrases/phrases.h"

#include <algorithm>

namespace ca {
namespace {

bool is_word(const AgentMessage &message)
{
    return !message.text.empty() && !message.branch;
}

/// To stop, or to work within other limits.
bool changes_work(const AgentMessage &message)
{
    const auto wishes = understand(message.text).wishes;
    return std::any_of(wishes.begin(), wishes.end(),
                       [](const Wish &wish) { return wish.kind == Wish::Kind::stop || wish.kind <= Wish::Kind::allow; });
}

} // namespace

bool AgentInbox::post(AgentMessage message)
{
    {
        const std::lock_guard lock(mutex_);
        if (closed_)
            return false;
        waiting_.push_back(std::move(message));
    }
    news_.notify_all();
    return true;
}

void AgentInbox::close()
{
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    news_.notify_all();
}

void AgentInbox::set_mode(ConsentMode mode)
{
    const std::lock_guard lock(mutex_);
    mode_ = mode;
}

bool AgentInbox::stop()
{
    std::stop_source answer{std::nostopstate};
    {
        const std::lock_guard lock(mutex_);
        if (!is_answering_)
            return false;
        answer = answer_;
    }
    answer.request_stop(); // without the lock: it calls back
    return true;
}

std::optional<std::pair<AgentMessage, std::stop_token>> AgentInbox::take(const std::stop_token &stop)
{
    std::unique_lock lock(mutex_);
    news_.wait(lock, stop, [this] { return closed_ || !waiting_.empty(); });
    if (stop.stop_requested() || waiting_.empty())
        return std::nullopt;
    is_answering_ = true;
    answer_ = std::stop_source();
    std::pair taken{std::move(waiting_.front()), answer_.get_token()};
    waiting_.pop_front();
    return taken;
}

std::optional<AgentMessage> AgentInbox::take_word()
{
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || !is_word(waiting_.front()))
        return std::nullopt;
    AgentMessage word = std::move(waiting_.front());
    waiting_.pop_front();
    return word;
}

std::optional<ConsentMode> AgentInbox::take_mode()
{
    const std::lock_guard lock(mutex_);
    return std::exchange(mode_, std::nullopt);
}

void AgentInbox::end_answer()
{
    const std::lock_guard lock(mutex_);
    is_answering_ = false;
}

bool AgentInbox::is_busy() const
{
    const std::lock_guard lock(mutex_);
    return is_answering_ || !waiting_.empty();
}

bool AgentInbox::has_to_be_heard() const
{
    const std::lock_guard lock(mutex_);
    return std::any_of(waiting_.begin(), waiting_.end(), changes_work);
}

} // namespace ca
