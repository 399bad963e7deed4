// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/chat_controller.h"

#include "app/session/agent_relay.h"
#include "app/settings/settings.h"
#include "core/agent/offline_advisor.h"
#include "ui/chat/chat_pane.h"
#include "ui/common/words.h"
#include "ui/main_window.h"

#include <QRegularExpression>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMinutesForATrial = 2; // as many as a study is given for each, rounded up

/// That a person wants in so many words: "run 4 more trials".
std::size_t more_trials(const QString &text)
{
    static const QRegularExpression words(u"^\\s*(?:please\\s+)?run\\s+(\\d{1,3})\\s+more\\s+trials?\\W*$"_s,
                                          QRegularExpression::CaseInsensitiveOption);
    return words.match(text).captured(1).toULong();
}

} // namespace

ChatController::ChatController(MainWindow &window, Session &session, Settings &settings, ChatVoices &voices, QObject *parent)
    : QObject(parent), window_(window), pane_(window.chat()), session_(session), settings_(settings), voices_(voices)
{
    connect_pane();
    connect_agent();
    connect_session();
    connect(&voices_, &ChatVoices::notice, this, [this](const QString &sentence) { pane_.add(ChatNotice{sentence}); });
    read_mode();
    suggest();
}

void ChatController::connect_agent()
{
    const AgentRelay *agent = &session_.agent();
    connect(agent, &AgentRelay::turn_begun, this, &ChatController::end_broken_answer);
    connect(agent, &AgentRelay::delta, this, &ChatController::take_delta);
    connect(agent, &AgentRelay::turn_ended, this, &ChatController::take_turn);
    connect(agent, &AgentRelay::call_changed, &pane_, &ChatPane::set_call);
    connect(agent, &AgentRelay::finished, this, [this](const std::vector<TextSpan> &summary) {
        ChatSaid said{u"r%1"_s.arg(++answers_), ChatRole::assistant};
        said.text = summary;
        pane_.add(said);
    });
    connect(agent, &AgentRelay::noticed, this, [this](const QString &sentence) { pane_.add(ChatNotice{sentence}); });
    connect(agent, &AgentRelay::usage_changed, this, [this](Usage usage, std::optional<double> dollars) {
        usage += used_before_;
        pane_.set_usage(usage, dollars && cost_before_ ? std::optional(*dollars + *cost_before_) : std::nullopt);
    });
    connect(agent, &AgentRelay::consent_asked, this, [this](const QString &question, const ConsentRequest &asked) {
        pane_.add(ChatConsent{question, asked, {}});
        window_.warn(tr("The advisor asks you something.")); // the pane may be out of sight
    });
    connect(agent, &AgentRelay::consent_withdrawn, &pane_, &ChatPane::settle);
}

void ChatController::connect_session()
{
    connect(&session_, &Session::answered, this, &ChatController::take_answer);
    connect(&session_, &Session::study_failed, this, &ChatController::take_failure);
    connect(&session_, &Session::study_finished, this, [this] {
        if (!session_.is_open()) // it was stopped as a whole
            rest(ChatActivity::interrupted);
    });
}

void ChatController::show(std::shared_ptr<const Study> study, ConversationTree conversation)
{
    study_ = std::move(study);
    tree_ = std::move(conversation);
    waiting_.reset();
    last_said_ = tree_.last();
    read_usage();
    pane_.set_entries(tree_.shown());
    rest(ChatActivity::idle);
}

/// What earlier runs of the study used; the advisor counts from where it begins.
void ChatController::read_usage()
{
    const LanguageModelUse use = study_ ? study_->llm : LanguageModelUse();
    used_before_ = {};
    used_before_.input = use.input_tokens;
    used_before_.output = use.output_tokens;
    cost_before_ = use.cost;
    pane_.set_usage(used_before_, cost_before_);
}

void ChatController::follow(std::shared_ptr<const Study> study)
{
    study_ = std::move(study);
    if (!session_.is_running())
        suggest();
}

void ChatController::set_can_run(bool can)
{
    can_run_ = can;
    suggest();
}

AgentMessage ChatController::message_of(const ChatSaid &said) const
{
    AgentMessage message;
    message.id = said.id.toStdString();
    message.text = text_of(said.text).toStdString();
    const QString text = text_of(said.text);
    const std::size_t more = !next_.offer.isEmpty() && text == next_.offer ? next_.trials : more_trials(text);
    message.more_trials = more;
    message.more_minutes = kMinutesForATrial * static_cast<double>(more);
    return message;
}

void ChatController::send(const QString &text)
{
    tree_.keep(pane_.entries());
    const ChatSaid said = tree_.say(text);
    pane_.add(said);
    dispatch(message_of(said));
}

/// In the place of a message that is shown; what followed that stays, as its own branch.
void ChatController::say_instead(const QString &message, const QString &text)
{
    if (session_.is_running() || text.isEmpty())
        return;
    if (!tree_.has(message)) { // the program itself had answered it
        send(text);
        return;
    }
    const ChatSaid said = tree_.say_after(tree_.parent_of(message), text);
    pane_.set_entries(tree_.shown());
    dispatch(message_of(said));
}

void ChatController::regenerate(const QString &answer)
{
    tree_.keep(pane_.entries());
    const QString message = tree_.message_of(answer);
    say_instead(message, tree_.text_of(message));
}

void ChatController::choose_branch(const QString &message, int branch)
{
    if (session_.is_running())
        return;
    tree_.keep(pane_.entries());
    tree_.choose(message, branch);
    pane_.set_entries(tree_.shown());
    suggest();
}

/// With whoever was chosen to answer, once that is open.
void ChatController::dispatch(AgentMessage message)
{
    pane_.set_activity(ChatActivity::answering);
    voices_.open([this, message = std::move(message)](const AgentVoice &voice, const QString &problem) mutable {
        if (!problem.isEmpty())
            pane_.add(ChatNotice{problem});
        message.voice = voice;
        message.voice.mode = mode_;
        post(std::move(message));
    });
}

void ChatController::post(AgentMessage message)
{
    const QString id = words::from(message.id);
    const QString parent = tree_.parent_of(id);
    if (parent != last_said_)
        message.branch = AgentBranch{parent.toStdString(), tree_.history_after(parent)};
    waiting_ = message;
    if (session_.say(message)) {
        waiting_.reset();
        last_said_ = id;
        return;
    }
    Q_EMIT study_wanted();
}

void ChatController::begin(const StudyOptions &options, Unfinished unfinished, bool is_new)
{
    if (waiting_ && !is_new) {
        start(options, unfinished, *std::exchange(waiting_, std::nullopt));
        return;
    }
    const QString text = words::from(waiting_ ? waiting_->text : study_request());
    if (is_new)
        show(nullptr, {});
    else
        tree_.keep(pane_.entries());
    const ChatSaid said = tree_.say(text);
    pane_.add(said);
    pane_.set_activity(ChatActivity::answering);
    voices_.open(
        [this, options, unfinished, message = message_of(said)](const AgentVoice &voice, const QString &problem) mutable {
            if (!problem.isEmpty())
                pane_.add(ChatNotice{problem});
            message.voice = voice;
            message.voice.mode = mode_;
            if (message.text == study_request() && mode_ == ConsentMode::chat_only)
                message.voice.mode = ConsentMode::within_budget; // who says Run wants it run
            start(options, unfinished, std::move(message));
        });
}

void ChatController::start(const StudyOptions &options, Unfinished unfinished, AgentMessage message)
{
    const QString id = words::from(message.id);
    StudyTalk talk;
    talk.history = tree_.history_after(tree_.parent_of(id));
    talk.unfinished = unfinished;
    talk.first = std::move(message);
    last_said_ = id;
    read_usage();
    session_.start_study(options, talk);
}

void ChatController::answer(const QString &sentence)
{
    waiting_.reset();
    ChatSaid said{u"r%1"_s.arg(++answers_), ChatRole::assistant};
    said.text = plain_text(sentence.toStdString());
    pane_.add(said);
    tree_.forget_last(); // no study knows of it
    rest(ChatActivity::idle);
}

} // namespace ca
