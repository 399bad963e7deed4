// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

#include <QHash>
#include <QPointer>
#include <QTimer>
#include <QWidget>

class QUrl;

namespace ca {

class CallCardView;
class ConsentCard;
class FailureCard;
class MessageView;
class Transcript;

/// A conversation and how it is shown. What comes while an answer is written is gathered, and shown at 25 frames a second.
class ConversationView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConversationView)
public:
    explicit ConversationView(QWidget *parent = nullptr);

    void set_entries(std::vector<ChatEntry> entries); ///< made in slices; `filled` says when all are there
    void add(const ChatEntry &entry);
    void begin_answer(const QString &id);
    void add_delta(const ChatDelta &delta);
    void flush();                            ///< what came of an answer is in `entries`, and shown
    void end_answer(const ChatSaid &answer); ///< the whole, in place of what came; it keeps the id that it began with
    void set_call(const CallCard &card);     ///< a new one, or what changed of one
    void settle(const QString &consent, const Decision &decision);
    void show_failure(const QString &sentence, const QString &details); ///< until something follows
    void set_can_change(bool can);                                      ///< whether messages may be edited or answered anew
    void tick();                                                        ///< each second, for what runs

    [[nodiscard]] const std::vector<ChatEntry> &entries() const { return entries_; }
    [[nodiscard]] bool is_empty() const { return entries_.empty(); }
    [[nodiscard]] Transcript *transcript() const { return transcript_; }

Q_SIGNALS:
    void filled();
    void edited(const QString &message, const QString &text);
    void regenerate(const QString &message);
    void branch_chosen(const QString &message, int branch);
    void copy_requested(const QString &text);
    void consent_decided(const QString &id, const ca::Decision &decision);
    void reference_activated(const QString &reference);
    void trial_activated(const QString &trial);
    void link_activated(const QUrl &url);
    void retry_requested();

private:
    QWidget *make(std::size_t entry);
    QWidget *make(const ChatSaid &said);
    QWidget *make(const CallCard &card);
    QWidget *make(const ChatConsent &consent);
    QWidget *make(const ChatNotice &notice);
    void forget_failure();

    std::vector<ChatEntry> entries_;
    Transcript *transcript_ = nullptr;
    QHash<QString, QPointer<MessageView>> messages_; // by their ids
    QHash<QString, QPointer<CallCardView>> calls_;
    QHash<QString, QPointer<ConsentCard>> consents_;
    QPointer<FailureCard> failure_;
    std::size_t answer_ = 0; ///< which entry is being written, where `writing_`
    QPointer<MessageView> writing_;
    QString text_, thinking_; ///< that came and are not shown yet
    QTimer frames_;
    bool can_change_ = true;
};

} // namespace ca
