// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "core/agent/agent_events.h" // after Qt: moc 6.4 cannot read <compare> before another standard header
#include "core/agent/tools/consent.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace ca {

/// Carries what the agent does from its thread to the interface's, where this object lives and its signals are emitted, in their
/// order and about every 30 ms; pieces of an answer that came meanwhile are one. And a person's decisions back.
class AgentRelay final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AgentRelay)
public:
    explicit AgentRelay(QObject *parent = nullptr);
    ~AgentRelay() override = default;

    /// Another conversation: what is still said of earlier ones is dropped. Returns its number.
    std::uint64_t begin();
    void flush(); ///< what was said until now, at once
    void decide(const QString &question, const Decision &decision);

    // On the agent's thread
    void say(std::uint64_t conversation, std::function<void()> what);
    void say(std::uint64_t conversation, const ChatDelta &delta);
    /// Waits until the person has decided, or a stop is requested, which is a refusal.
    [[nodiscard]] Decision ask(std::uint64_t conversation, const ConsentRequest &asked, const std::stop_token &stop);

Q_SIGNALS:
    void turn_begun();
    void delta(const ca::ChatDelta &delta);
    void turn_ended(const ca::ChatTurn &turn, const std::vector<ca::TextSpan> &text);
    void call_changed(const ca::CallCard &card);
    void finished(const std::vector<ca::TextSpan> &summary);
    void noticed(const QString &sentence);
    void usage_changed(const ca::Usage &total, std::optional<double> dollars);
    void consent_asked(const QString &question, const ca::ConsentRequest &asked);
    void consent_withdrawn(const QString &question, const ca::Decision &decision); ///< nobody waits for it any more

private:
    struct Event {
        std::uint64_t conversation = 0;
        std::function<void()> deliver{}; ///< empty: `piece`
        ChatDelta piece{};
    };
    void push(Event event);
    void schedule();

    std::mutex mutex_;
    std::deque<Event> events_;
    bool scheduled_ = false;
    std::condition_variable_any decided_;
    QString question_; ///< that waits; empty: none
    std::optional<Decision> decision_;
    std::uint64_t questions_ = 0;

    std::uint64_t conversation_ = 0;
    QElapsedTimer since_flush_;
    QTimer timer_;
};

/// What an agent is heard by, whose words a relay carries.
class AgentLine final : public AgentSink {
public:
    AgentLine(AgentRelay &relay, std::uint64_t conversation) : relay_(relay), conversation_(conversation) { }

    void turn_begun(std::size_t turn) override;
    void delta(const ChatDelta &delta) override;
    void turn_ended(const ChatTurn &turn, const std::vector<TextSpan> &text) override;
    void call_changed(const CallCard &card) override;
    void finished(const std::vector<TextSpan> &summary, const std::optional<std::string> &recommended) override;
    void notice(const std::string &sentence) override;
    void usage_changed(const Usage &total, std::optional<double> cost) override;

private:
    AgentRelay &relay_;
    std::uint64_t conversation_;
};

} // namespace ca
