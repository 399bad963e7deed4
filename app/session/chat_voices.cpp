// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/chat_voices.h"

#include "app/session/agent_relay.h"
#include "ui/chat/chat_pane.h"
#include "ui/common/question.h"
#include "ui/common/words.h"

#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

bool is_offline(const ChatChoice &choice)
{
    return choice.provider == ProviderFacts().provider;
}

AgentVoice voice_of(const OpenedChat &opened)
{
    AgentVoice voice;
    voice.model = opened.model;
    voice.price = opened.price;
    voice.names = opened.names;
    return voice;
}

} // namespace

ChatVoices::ChatVoices(ChatPane &pane, ProviderController &providers, AgentRelay &agent, QWidget &window, QObject *parent)
    : QObject(parent), pane_(pane), providers_(providers), agent_(agent), window_(window)
{
    connect(&providers_, &ProviderController::choices_changed, this, [this] {
        opened_.reset();
        ++change_;
        show_choices();
    });
    connect(&providers_, &ProviderController::notice, this, &ChatVoices::notice);
    connect(&pane_, &ChatPane::choice_made, this, [this](const ChatChoice &choice) {
        voice_.reset();
        providers_.choose(choice);
    });
    connect(&pane_, &ChatPane::providers_requested, &providers_, &ProviderController::show_dialog);
    show_choices();
    providers_.look_for_servers();
}

void ChatVoices::show_choices()
{
    pane_.set_choices(providers_.choices(), providers_.current());
}

void ChatVoices::open(const Opened &done)
{
    ++opening_;
    if (voice_)
        done(*voice_, {});
    else if (is_offline(providers_.current()))
        done({}, {});
    else if (opened_)
        take(*opened_, done);
    else
        providers_.open(listeners(), [this, done, if_wanted = unless_stale(done)](const Result<OpenedChat> &opened) {
            if_wanted([&] { take(opened, done); });
        });
}

void ChatVoices::give_up()
{
    ++opening_;
}

std::function<void(std::function<void()>)> ChatVoices::unless_stale(const Opened &done)
{
    return [this, done, opening = opening_, change = change_](const std::function<void()> &then) {
        if (opening != opening_)
            return;
        if (change != change_)
            open(done);
        else
            then();
    };
}

void ChatVoices::take(const Result<OpenedChat> &opened, const Opened &done)
{
    if (!opened) {
        done({}, words::from(opened.error().text()) + u' ' + tr("The offline advisor answers."));
        return;
    }
    if (!opened->is_agreed) {
        ask_to_send(*opened, done);
        return;
    }
    opened_ = *opened;
    done(voice_of(*opened), {});
}

void ChatVoices::ask_to_send(const OpenedChat &opened, const Opened &done)
{
    QStringList leaving;
    for (const std::string &line : opened.leaving)
        leaving << u"• "_s + words::from(line);
    const QString who = providers_.current().title;
    ask(
        &window_, {tr("Send this conversation to %1?").arg(who), leaving.join(u'\n'), tr("Send"), true},
        [this, opened = OpenedChat(opened), done, if_wanted = unless_stale(done)]() mutable {
            providers_.agree(opened);
            opened.is_agreed = true;
            if_wanted([&] { take(opened, done); });
        },
        [this, done, who, opening = opening_] {
            if (opening == opening_)
                done({}, tr("Nothing is sent to %1. The offline advisor answers.").arg(who));
        });
}

/// Heard on the thread that asks.
ClientListeners ChatVoices::listeners()
{
    ClientListeners heard;
    heard.on_request = [sent = sent_, to = providers_.current().title](const std::string &body) { sent.add(to, body); };
    heard.on_retry = [&agent = agent_](const ChatFailure &failure, double seconds) {
        const QString text =
            words::from(failure.sentence) + u' ' + tr("It is asked again in %1 s.").arg(static_cast<int>(std::ceil(seconds)));
        QMetaObject::invokeMethod(
            &agent, [&agent, text] { Q_EMIT agent.noticed(text); }, Qt::QueuedConnection);
    };
    return heard;
}

void ChatVoices::take_answer()
{
    if (opened_)
        providers_.learn_from(*opened_);
}

} // namespace ca
