// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/chat_suggestions.h"
#include "app/session/chat_voices.h"
#include "app/session/conversation_tree.h"
#include "app/session/session.h"
#include "ui/chat/chat_facts.h"

#include <QObject>
#include <QPointer>

#include <deque>

class QUrl;

namespace ca {

class ChatPane;
class MainWindow;
class SentDialog;
class Settings;

/// The conversation in the window: what is typed goes to the study's advisor, and what the advisor does is shown. It belongs to
/// the study in the panes. Outlived by all that it is given.
class ChatController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChatController)
public:
    ChatController(MainWindow &window, Session &session, Settings &settings, ChatVoices &voices, QObject *parent = nullptr);

    /// The study in the panes, with what was said about it; null: none is.
    void show(std::shared_ptr<const Study> study, ConversationTree conversation);
    void follow(std::shared_ptr<const Study> study); ///< what became of it
    /// Runs a study with what was typed and waits for it, else with what the goal asks for. `is_new`: nothing was said of it.
    void begin(const StudyOptions &options, Unfinished unfinished, bool is_new);
    /// What the program says in the place of an advisor.
    void answer(const QString &sentence);
    void set_can_run(bool can); ///< a model and data are open
    /// Something was said, and who is to answer it is being opened.
    [[nodiscard]] bool is_opening() const { return is_opening_; }
    void give_up(); ///< what was said meanwhile goes to nobody
    void export_to(const QString &file);

Q_SIGNALS:
    /// Something was typed and no study is open: `begin` one, or `answer` why not.
    void study_wanted();
    void given_up(); ///< the study that was to begin

private:
    void connect_pane();
    void connect_agent();
    void connect_session();
    void send(const QString &text);
    void say_instead(const QString &message, const QString &text);
    void regenerate(const QString &answer);
    void choose_branch(const QString &message, int branch);
    [[nodiscard]] bool is_busy() const { return is_opening_ || session_.is_running(); }
    ChatSaid say(const QString &text);
    void open_voice(const std::function<void(const AgentVoice &)> &then);
    void send_queued();
    void dispatch(AgentMessage message);
    void post(AgentMessage message);
    void start(const StudyOptions &options, Unfinished unfinished, AgentMessage message);
    [[nodiscard]] AgentMessage message_of(const ChatSaid &said) const;

    void take_delta(const ChatDelta &delta);
    void take_turn(const ChatTurn &turn, const std::vector<TextSpan> &text);
    void take_answer(const Answered &answered);
    void take_failure(const Error &error);
    void end_broken_answer();
    void rest(ChatActivity activity);
    void suggest();

    void read_usage();
    void read_mode();
    void choose_mode(ConsentMode mode);
    void show_reference(const QString &reference);
    void show_trial(const QString &trial);
    void ask_to_open(const QUrl &address);
    void ask_to_export();
    void show_sent();

    MainWindow &window_;
    ChatPane &pane_;
    Session &session_;
    Settings &settings_;
    ChatVoices &voices_;
    ConversationTree tree_;
    std::shared_ptr<const Study> study_;
    ChatSuggestions next_;
    std::optional<AgentMessage> waiting_; ///< for a study to be opened
    bool is_opening_ = false;             ///< who answers
    bool is_beginning_ = false;           ///< a study, once that is opened
    std::deque<ChatSaid> queued_;         ///< said meanwhile
    QString last_said_;                   ///< message after which the advisor of the open study goes on
    QString answer_;                      ///< that is being written; empty: none
    Usage used_before_{};                 ///< in earlier runs of the study
    std::optional<double> cost_before_ = 0;
    ConsentMode mode_ = ConsentMode::within_budget;
    bool can_run_ = false;
    int answers_ = 0;
    QPointer<SentDialog> sent_;
};

} // namespace ca
