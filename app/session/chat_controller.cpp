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
    give_up();
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
    const ChatSaid said = say(text);
    if (is_opening_)
        queued_.push_back(said);
    else
        dispatch(message_of(said));
}

ChatSaid ChatController::say(const QString &text)
{
    const ChatSaid said = tree_.say(text);
    pane_.add(said);
    return said;
}

/// In the place of a message that is shown; what followed that stays, as its own branch.
void ChatController::say_instead(const QString &message, const QString &text)
{
    if (is_busy() || text.isEmpty())
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
    if (is_busy())
        return;
    tree_.keep(pane_.entries());
    tree_.choose(message, branch);
    pane_.set_entries(tree_.shown());
    suggest();
}

/// `then` is called with whoever was chosen to answer, once that is open. What was said is about the model and the data that are
/// open now, so it is given up where others are by then.
void ChatController::open_voice(const std::function<void(const AgentVoice &)> &then)
{
    is_opening_ = true;
    pane_.set_activity(ChatActivity::answering);
    voices_.open([this, then, model = session_.model(), data = session_.data()](AgentVoice voice, const QString &problem) {
        if (model != session_.model() || data != session_.data()) {
            give_up();
            return;
        }
        is_opening_ = is_beginning_ = false;
        voice.mode = mode_;
        then(voice);
        if (!problem.isEmpty()) // after `then`, which may begin a new conversation
            pane_.add(ChatNotice{problem});
        send_queued();
    });
}

void ChatController::send_queued()
{
    while (!queued_.empty() && !is_opening_) {
        const ChatSaid said = queued_.front();
        queued_.pop_front();
        dispatch(message_of(said));
    }
}

void ChatController::give_up()
{
    if (!is_opening_)
        return;
    is_opening_ = false;
    voices_.give_up();
    for (std::size_t i = 0; i < 1 + queued_.size(); ++i)
        tree_.forget_last(); // no study knows of it
    queued_.clear();
    pane_.add(ChatNotice{tr("Stopped before anything was sent.")});
    if (!session_.is_running())
        rest(ChatActivity::idle);
    if (std::exchange(is_beginning_, false))
        Q_EMIT given_up();
}

void ChatController::dispatch(AgentMessage message)
{
    open_voice([this, message = std::move(message)](const AgentVoice &voice) {
        AgentMessage spoken = message;
        spoken.voice = voice;
        post(std::move(spoken));
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
    const auto waiting = std::exchange(waiting_, std::nullopt);
    if (waiting && !is_new) {
        start(options, unfinished, *waiting);
        return;
    }
    const auto queued = std::exchange(queued_, {});
    if (is_new)
        show(nullptr, {});
    else
        tree_.keep(pane_.entries());
    const ChatSaid said = say(words::from(waiting ? waiting->text : study_request()));
    for (const ChatSaid &next : queued)
        queued_.push_back(say(text_of(next.text)));
    const auto start_with = [this, options, unfinished, message = message_of(said)](const AgentVoice &voice) {
        AgentMessage first = message;
        first.voice = voice;
        if (first.text == study_request() && mode_ == ConsentMode::chat_only)
            first.voice.mode = ConsentMode::within_budget; // who says Run wants it run
        start(options, unfinished, std::move(first));
    };
    pane_.set_activity(ChatActivity::answering);
    if (waiting) { // its voice was opened, and the person may have been asked about it
        start_with(waiting->voice);
        return;
    }
    is_beginning_ = true;
    open_voice(start_with);
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
    for (std::size_t i = 0; i < 1 + queued_.size(); ++i)
        tree_.forget_last(); // no study knows of it
    queued_.clear();
    rest(ChatActivity::idle);
}

} // namespace ca
