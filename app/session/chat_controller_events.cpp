// SPDX-License-Identifier: GPL-3.0-or-later
// What the advisor and the person do in the chat, beside the conversation itself.
#include "app/session/agent_relay.h"
#include "app/session/chat_controller.h"
#include "app/settings/settings.h"
#include "core/base/atomic_file.h"
#include "ui/chat/chat_pane.h"
#include "ui/common/question.h"
#include "ui/common/words.h"
#include "ui/main_window.h"

#include <QDesktopServices>
#include <QFileDialog>
#include <QUrl>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array kModes{std::pair("ask", ConsentMode::ask), std::pair("within_budget", ConsentMode::within_budget),
                            std::pair("chat_only", ConsentMode::chat_only)};

ConsentMode mode_from(const QString &name)
{
    const auto *found =
        std::find_if(kModes.begin(), kModes.end(), [&](const auto &one) { return name == QLatin1String(one.first); });
    return found == kModes.end() ? ConsentMode::within_budget : found->second;
}

QString name_of(ConsentMode mode)
{
    const auto *found = std::find_if(kModes.begin(), kModes.end(), [&](const auto &one) { return mode == one.second; });
    return QString::fromLatin1(found->first);
}

} // namespace

void ChatController::connect_pane()
{
    connect(&pane_, &ChatPane::sent, this, &ChatController::send);
    connect(&pane_, &ChatPane::stop_requested, this, &ChatController::give_up);
    connect(&pane_, &ChatPane::stop_requested, &session_, &Session::stop_answer);
    connect(&window_, &MainWindow::cancel_requested, this, &ChatController::give_up);
    connect(&pane_, &ChatPane::continue_requested, this, [this] { send(tr("Go on")); });
    connect(&pane_, &ChatPane::retry_requested, this, [this] {
        tree_.keep(pane_.entries());
        say_instead(tree_.last(), tree_.text_of(tree_.last()));
    });
    connect(&pane_, &ChatPane::edited, this, [this](const QString &message, const QString &text) {
        tree_.keep(pane_.entries());
        say_instead(message, text);
    });
    connect(&pane_, &ChatPane::regenerate, this, &ChatController::regenerate);
    connect(&pane_, &ChatPane::branch_chosen, this, &ChatController::choose_branch);
    connect(&pane_, &ChatPane::consent_decided, &session_.agent(), &AgentRelay::decide);
    connect(&pane_, &ChatPane::consent_mode_chosen, this, &ChatController::choose_mode);
    connect(&pane_, &ChatPane::reference_activated, this, &ChatController::show_reference);
    connect(&pane_, &ChatPane::trial_activated, this, &ChatController::show_trial);
    connect(&pane_, &ChatPane::link_activated, this, &ChatController::ask_to_open);
    connect(&pane_, &ChatPane::export_requested, this, &ChatController::ask_to_export);
    connect(&pane_, &ChatPane::sent_data_requested, this, &ChatController::show_sent);
}

void ChatController::take_delta(const ChatDelta &delta)
{
    if (answer_.isEmpty() && delta.kind != ChatDelta::Kind::call) {
        answer_ = u"r%1"_s.arg(++answers_);
        pane_.begin_answer(answer_);
    }
    pane_.add_delta(delta);
}

/// A turn that only calls tools says nothing, and its cards do.
void ChatController::take_turn(const ChatTurn &turn, const std::vector<TextSpan> &text)
{
    const bool is_begun = !answer_.isEmpty();
    if (!is_begun && text.empty() && turn.thinking.empty())
        return;
    ChatSaid said{is_begun ? answer_ : u"r%1"_s.arg(++answers_), ChatRole::assistant};
    said.text = text;
    said.thinking = words::from(turn.thinking);
    said.end = turn.end;
    said.has_unparsed_call = turn.has_unparsed_call;
    answer_.clear();
    pane_.end_answer(said);
}

/// Of an answer that broke off what came of it stays.
void ChatController::end_broken_answer()
{
    if (answer_.isEmpty())
        return;
    pane_.flush();
    const QString id = std::exchange(answer_, QString());
    for (const ChatEntry &entry : pane_.entries())
        if (const auto *said = std::get_if<ChatSaid>(&entry); said && said->id == id) {
            ChatSaid broken = *said;
            broken.end = TurnEnd::truncated;
            pane_.end_answer(broken);
            return;
        }
}

void ChatController::take_answer(const Answered &answered)
{
    end_broken_answer();
    tree_.keep(pane_.entries());
    tree_.keep_history(answered.history);
    if (session_.is_running()) // the next was typed meanwhile
        return;
    voices_.take_answer();
    using Why = AdvisorEnd::Why;
    const bool is_cut = answered.why == Why::stopped || answered.why == Why::interrupted || answered.why == Why::used_up;
    rest(is_cut ? ChatActivity::interrupted : ChatActivity::idle);
}

void ChatController::take_failure(const Error &error)
{
    end_broken_answer();
    if (error.code == ErrorCode::cancelled) {
        rest(ChatActivity::interrupted);
        return;
    }
    rest(ChatActivity::idle);
    pane_.show_failed(words::from(error.sentence), error.cause ? words::from(error.cause->text()) : QString());
}

void ChatController::rest(ChatActivity activity)
{
    pane_.set_activity(is_opening_ ? ChatActivity::answering : activity); // something else was said meanwhile
    suggest();
}

void ChatController::suggest()
{
    next_ = chat_suggestions(study_.get(), can_run_);
    pane_.set_suggestions(next_.questions);
}

void ChatController::read_mode()
{
    mode_ = mode_from(settings_.value(Setting::chat_consent).toString());
    pane_.set_consent_mode(mode_);
}

void ChatController::choose_mode(ConsentMode mode)
{
    mode_ = mode;
    settings_.set(Setting::chat_consent, name_of(mode));
    session_.set_consent_mode(mode);
}

/// `T7/selection/top1`, `L017/int4/divergence`, `float/bytes`.
void ChatController::show_reference(const QString &reference)
{
    const QString what = reference.section(u'/', 0, 0);
    if (what.startsWith(u'L') && session_.has_model()) {
        for (const Layer &layer : session_.model()->program.layers())
            if (words::from(layer.index.id()) == what)
                window_.select_layer(words::from(layer.name));
        return;
    }
    show_trial(what == u"float" ? u"T1"_s : what);
}

void ChatController::show_trial(const QString &trial)
{
    if (trial.startsWith(u'T'))
        window_.select_trial(trial);
}

void ChatController::ask_to_open(const QUrl &address)
{
    if (address.scheme() != u"https" && address.scheme() != u"http") {
        window_.warn(tr("Only addresses of web pages are opened."));
        return;
    }
    const QString shown = words::clean(address.toString(QUrl::FullyEncoded).toStdString());
    ask(&window_, {tr("Open this address in the browser?"), shown, tr("Open"), true},
        [address] { QDesktopServices::openUrl(address); });
}

void ChatController::ask_to_export()
{
    auto *dialog = new QFileDialog(&window_, tr("Export the conversation"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Markdown (*.md)")});
    dialog->setDefaultSuffix(u"md"_s);
    dialog->selectFile((study_ ? words::from(study_->name) : tr("conversation")) + u".md"_s);
    connect(dialog, &QFileDialog::fileSelected, this, &ChatController::export_to);
    dialog->open();
}

void ChatController::export_to(const QString &file)
{
    const auto written = write_file(file.toStdString(), pane_.markdown().toStdString());
    if (written)
        window_.set_saved_note(tr("Exported to %1").arg(words::escaped(file)));
    else
        window_.warn(words::from(written.error().text()));
}

void ChatController::show_sent()
{
    if (sent_)
        return;
    const SentLog &log = voices_.sent();
    const QString note = log.is_cut() ? tr("Each request since the program began, byte for byte; the oldest are no longer kept. "
                                           "Keys are sent in the head of a request, and are not kept here.")
                                      : tr("Each request since the program began, byte for byte. Keys are sent in the head of a "
                                           "request, and are not kept here.");
    sent_ = new SentDialog(log.requests(), note, &window_);
    sent_->setAttribute(Qt::WA_DeleteOnClose);
    sent_->open();
}

} // namespace ca
