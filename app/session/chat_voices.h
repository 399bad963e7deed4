// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/sent_log.h"
#include "app/settings/provider_controller.h"

#include "core/agent/agent_inbox.h" // after Qt: moc 6.4 cannot read <compare> before another standard header

#include <functional>
#include <optional>

namespace ca {

class AgentRelay;
class ChatPane;

/// Who answers in the chat: chosen in the pane, opened when something is said. Before the first word goes to a provider the
/// person is shown what leaves this machine. Outlived by all that it is given.
class ChatVoices final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChatVoices)
public:
    ChatVoices(ChatPane &pane, ProviderController &providers, AgentRelay &agent, QWidget &window, QObject *parent = nullptr);

    /// Calls `done`, at once for the advisor that needs no network, else later; where another cannot answer, that one does, and
    /// `problem` says why.
    using Opened = std::function<void(const AgentVoice &voice, const QString &problem)>;
    /// One at a time: the one before is given up.
    void open(const Opened &done);
    void give_up();     ///< what is being opened is not wanted any more: nobody is told, and nothing asked
    void take_answer(); ///< nobody asks the model now
    /// Somebody who is no provider, until another is chosen.
    void set_voice(const AgentVoice &voice) { voice_ = voice; }
    [[nodiscard]] const SentLog &sent() const { return sent_; }

Q_SIGNALS:
    void notice(const QString &sentence);

private:
    void show_choices();
    void take(const Result<OpenedChat> &opened, const Opened &done);
    void ask_to_send(const OpenedChat &opened, const Opened &done);
    /// Calls `then` unless this opening was given up meanwhile; where the choice changed, that is opened in its place.
    [[nodiscard]] std::function<void(std::function<void()>)> unless_stale(const Opened &done);
    [[nodiscard]] ClientListeners listeners();

    ChatPane &pane_;
    ProviderController &providers_;
    AgentRelay &agent_;
    QWidget &window_;
    std::optional<AgentVoice> voice_;
    std::optional<OpenedChat> opened_; ///< of the current choice
    std::uint64_t opening_ = 0;        ///< number of the one under way
    std::uint64_t change_ = 0;         ///< number of changes to the choices
    SentLog sent_;
};

} // namespace ca
