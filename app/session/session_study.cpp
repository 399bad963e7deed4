// SPDX-License-Identifier: GPL-3.0-or-later
// What the session does for studies: run them, and the conversation about them.
#include "app/session/agent_relay.h"
#include "app/session/guarded_work.h"
#include "app/session/pause_gate.h"
#include "app/session/session.h"
#include "core/report/results.h"
#include "ui/settings/talk_limits.h"

namespace ca {
namespace {

StudyEnd end_of(const Study &study, bool stopped, bool only_talk, const std::filesystem::path &folder)
{
    StudyEnd end;
    end.stopped = stopped;
    end.only_talk = only_talk;
    Study written = study;
    if (!folder.empty() && !only_talk && has_results(written))
        if (const auto done = write_results(written, folder); !done)
            end.not_saved = done.error();
    end.study = std::make_shared<const Study>(std::move(written));
    return end;
}

} // namespace

void Session::start_study(const StudyOptions &options, const StudyTalk &given)
{
    if (studying_)
        return;
    if (!model_ || !data_) {
        Q_EMIT study_failed({ErrorCode::usage, "There is nothing to run yet. Open a model and choose data first.", nullptr});
        return;
    }
    begin(&Session::scan_run_);
    studying_ = true;
    gate_ = std::make_shared<PauseGate>();
    inbox_ = std::make_shared<AgentInbox>();
    const bool is_posted = inbox_->post(given.first);
    Q_ASSERT(is_posted);
    const auto id = begin(&Session::study_run_);
    const auto conversation = agent_->begin();
    study_run_.stop =
        worker_->post([this, id, conversation, options = pausable(options, id), talk = talk(options, given, id, conversation),
                       inbox = inbox_, model = model_, data = data_](std::stop_token stop) {
            const TrialSink on_trial = [this, id](const Study &study, const Trial &) {
                auto now = std::make_shared<const Study>(study);
                answer(&Session::study_run_, id, [this, now] { Q_EMIT study_changed(now); });
            };
            AgentLine line(*agent_, conversation);
            auto end = std::make_shared<Result<StudyEnd>>(guarded_work<Result<StudyEnd>>([&]() -> Result<StudyEnd> {
                const auto study = run_agent_session(*model, *data, options, talk, *inbox, line, on_trial, stop,
                                                     reporter(&Session::study_run_, id));
                if (!study)
                    return forward(study);
                return end_of(*study, stop.stop_requested(), false, options.folder);
            }));
            inbox->close();                      // nobody reads it any more
            const auto ended = [this, id, end] { // also where it has become stale: its folder is free only now
                if (study_run_.id == id)
                    end_study(*end);
                else
                    Q_EMIT study_closed();
            };
            QMetaObject::invokeMethod(this, ended, Qt::QueuedConnection);
        });
}

StudyOptions Session::pausable(StudyOptions options, std::uint64_t id)
{
    options.before_trial = [this, id, gate = gate_](const std::stop_token &stop) {
        gate->pass(stop, [&] { answer(&Session::study_run_, id, [this] { tell_paused(); }); });
    };
    return options;
}

AgentTalk Session::talk(const StudyOptions &options, const StudyTalk &given, std::uint64_t id, std::uint64_t conversation)
{
    AgentTalk talk;
    talk.budget.trials = options.max_trials;
    talk.budget.minutes = options.minutes;
    talk.budget.tokens = kTalkTokens;
    talk.budget.money = kTalkDollars;
    talk.history = given.history;
    talk.unfinished = given.unfinished;
    talk.ask = [agent = agent_, conversation](const ConsentRequest &asked, const std::stop_token &stop) {
        return agent->ask(conversation, asked, stop);
    };
    talk.answered = [this, id, folder = options.folder](const Study &study, const Answered &told) {
        const StudyEnd end = told.is_last ? StudyEnd() : end_of(study, told.stopped, told.only_talk, folder);
        answer(&Session::study_run_, id, [this, end, told] { take_answer(end, told); });
    };
    return talk;
}

bool Session::say(const AgentMessage &message)
{
    if (!inbox_ || !inbox_->post(message))
        return false;
    if (!studying_) {
        studying_ = true;
        Q_EMIT answer_begun();
    }
    return true;
}

void Session::set_consent_mode(ConsentMode mode)
{
    if (inbox_)
        inbox_->set_mode(mode);
}

void Session::stop_answer()
{
    // Neither answering nor busy: what came of the answer is being written, and there is nothing left to stop.
    if (studying_ && inbox_ && !inbox_->stop() && inbox_->is_busy())
        study_run_.stop.request_stop();
    resume(); // what waits at the gate sees the stop
}

void Session::close_study()
{
    if (!inbox_ || studying_)
        return;
    inbox_->close();
    study_run_.stop.request_stop();
}

void Session::free_worker()
{
    if (!inbox_)
        return;
    begin(&Session::study_run_);
    inbox_.reset();
}

void Session::pause()
{
    if (studying_)
        gate_->close();
}

void Session::resume()
{
    if (gate_)
        gate_->open();
}

/// Unless it was resumed since it began to wait.
void Session::tell_paused()
{
    if (studying_ && gate_->is_closed())
        Q_EMIT study_paused();
}

/// The next message may be under way already.
void Session::take_answer(const StudyEnd &end, const Answered &told)
{
    agent_->flush();
    if (told.is_last) { // the end of the study follows
        Q_EMIT answered(told);
        return;
    }
    studying_ = inbox_ && inbox_->is_busy();
    Q_EMIT answered(told);
    if (studying_)
        Q_EMIT study_changed(end.study);
    else
        Q_EMIT study_finished(end);
}

void Session::end_study(const Result<StudyEnd> &end)
{
    agent_->flush();
    inbox_.reset();
    if (!std::exchange(studying_, false)) {
        Q_EMIT study_closed();
        return;
    }
    if (end)
        Q_EMIT study_finished(*end);
    else
        Q_EMIT study_failed(end.error());
}

} // namespace ca
