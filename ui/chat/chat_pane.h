// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QLabel;
class QUrl;

namespace ca {

class ChatBar;
class ChatInput;
class ConversationView;
class StatePane;

/// The advisor's pane: the conversation, what may be asked next, the input, and who answers. It knows nothing of providers: it
/// shows what it is told, and tells what the person wants.
class ChatPane final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChatPane)
public:
    explicit ChatPane(QWidget *parent = nullptr);

    // The conversation
    void set_entries(std::vector<ChatEntry> entries); ///< another one, or another branch of it
    void add(const ChatEntry &entry);
    void begin_answer(const QString &id);
    void add_delta(const ChatDelta &delta);
    void end_answer(const ChatSaid &answer); ///< as a whole, with its figures looked up; it keeps the id that it began with
    void flush();                            ///< `entries` then has all that came of an answer
    void set_call(const CallCard &card);
    void settle(const QString &consent, const Decision &decision); ///< what was asked was decided elsewhere
    [[nodiscard]] const std::vector<ChatEntry> &entries() const;
    [[nodiscard]] QString markdown() const;

    void set_activity(ChatActivity activity);
    void show_working(const QString &sentence); ///< until a conversation is set
    void show_failed(const QString &sentence, const QString &details);
    void set_suggestions(const QStringList &questions); ///< that may be asked next

    void set_choices(const std::vector<ChatChoice> &choices, const ChatChoice &current);
    void set_consent_mode(ConsentMode mode);
    void set_usage(const Usage &usage, std::optional<double> dollars);

    [[nodiscard]] QLabel *meter() const { return meter_; } ///< for the heading of the dock
    [[nodiscard]] ChatInput *input() const { return input_; }
    [[nodiscard]] StatePane *states() const { return states_; }
    [[nodiscard]] ConversationView *conversation() const { return conversation_; }

Q_SIGNALS:
    void sent(const QString &text);
    void stop_requested();
    void continue_requested();
    void retry_requested();
    void edited(const QString &message, const QString &text);
    void regenerate(const QString &message);
    void branch_chosen(const QString &message, int branch); ///< from 1
    void consent_decided(const QString &id, const ca::Decision &decision);
    void choice_made(const ca::ChatChoice &choice);
    void providers_requested();
    void consent_mode_chosen(ca::ConsentMode mode);
    void sent_data_requested();
    void export_requested();
    void reference_activated(const QString &reference);
    void trial_activated(const QString &trial);
    void link_activated(const QUrl &url); ///< nothing was opened: ask first

private:
    void lay_out();
    void connect_parts();
    void show_state();
    void show_activity();
    void tick();
    void copy(const QString &text);

    StatePane *states_ = nullptr;
    ConversationView *conversation_ = nullptr;
    QWidget *suggestions_ = nullptr;
    QLabel *doing_ = nullptr;
    ChatInput *input_ = nullptr;
    ChatBar *bar_ = nullptr;
    QLabel *meter_ = nullptr;
    ChatActivity activity_ = ChatActivity::idle;
    QString tool_; ///< whose call is being written
    QElapsedTimer since_;
    QTimer seconds_;
};

} // namespace ca
