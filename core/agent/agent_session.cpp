// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/agent_session.h"

#include "core/agent/agent_study.h"
#include "core/agent/name_gate.h"
#include "core/agent/offline_advisor.h"

#include <algorithm>

namespace ca {
namespace {

/// One conversation, on the thread of its study.
class Conversation {
public:
    Conversation(StudyRunner &runner, const AgentTalk &talk, AgentInbox &inbox, AgentSink &sink, std::stop_token stop)
        : runner_(runner),
          talk_(talk),
          inbox_(inbox),
          sink_(sink),
          stop_(std::move(stop)),
          desk_(runner),
          box_(desk_, tool_options()),
          advisor_(offline_, offline_, box_, sink, advisor_options())
    {
    }

    Status hold()
    {
        while (auto taken = next())
            if (const auto done = answer(taken->first, taken->second); !done)
                return done;
        heed_unless_talk(stop_);
        return {};
    }

private:
    struct Left {
        std::size_t trials;
        double minutes;
    };

    std::optional<std::pair<AgentMessage, std::stop_token>> next()
    {
        std::optional<std::pair<AgentMessage, std::stop_token>> taken;
        runner_.off_the_clock([&] { taken = inbox_.take(stop_); });
        return taken;
    }

    Status answer(const AgentMessage &message, const std::stop_token &answer_stop)
    {
        // Both ends it: what stops the answer alone, and what stops the whole.
        std::stop_source either;
        const auto end = [&either] { either.request_stop(); };
        const std::stop_callback on_answer(answer_stop, end), on_whole(stop_, end);
        runner_.heed(either.get_token());
        if (const auto ready = prepare(message); !ready)
            return ready;
        const std::size_t before = runner_.study().trials.size();
        const auto answered =
            message.text.empty() ? advisor_.go_on(either.get_token()) : advisor_.answer(message.text, either.get_token());
        if (!answered && answered.error().code != ErrorCode::cancelled)
            return forward(answered);
        if (!message.voice.names)
            names_.learn(advisor_.history());
        const bool has_new_trials = runner_.study().trials.size() > before;
        Answered told{answered ? answered->why : AdvisorEnd::Why::stopped, advisor_.history(), either.stop_requested(),
                      !has_new_trials && message.text != study_request()};
        return settle(std::move(told));
    }

    Status prepare(const AgentMessage &message)
    {
        voice_ = message.voice.model; // it answers as long as nobody else does
        advisor_.speak_with(voice_ ? *voice_ : offline_, message.voice.price);
        box_.set_names(message.voice.names);
        box_.set_mode(message.voice.mode);
        if (message.branch)
            advisor_.set_history(message.branch->history);
        if (!message.voice.names)
            advisor_.set_history(names_.without_names(advisor_.history()));
        if (!message.text.empty())
            if (const auto kept = runner_.note(entry_of(message)); !kept)
                return kept;
        if (box_.mode() == ConsentMode::chat_only)
            return {};
        if (!is_first_ || talk_.unfinished == Unfinished::leave) // the person has the last word on how many there may be
            runner_.make_room(talk_.budget.trials, talk_.budget.minutes);
        is_first_ = false;
        allow(message);
        const auto planned = runner_.model().program.layers().empty() ? Status() : runner_.plan();
        return can_talk_on(planned) ? Status() : planned;
    }

    /// Limits that cannot be reached can be relaxed in so many words.
    static bool can_talk_on(const Status &status)
    {
        return status || status.error().code == ErrorCode::cancelled || status.error().code == ErrorCode::constraint;
    }

    /// For this answer as much as was wanted, and no more; what was left before is left after it.
    void allow(const AgentMessage &message)
    {
        if (message.more_trials == 0)
            return;
        if (!left_)
            left_ = Left{box_.trials_left(), box_.minutes_left()};
        box_.leave(message.more_trials, message.more_minutes);
        runner_.make_room(message.more_trials, message.more_minutes);
    }

    void restore_budget()
    {
        if (const auto left = std::exchange(left_, std::nullopt))
            box_.leave(left->trials, left->minutes);
    }

    /// While only talk is allowed, what measures the front finds itself stopped, and what is known is written.
    void heed_unless_talk(const std::stop_token &stop)
    {
        std::stop_source stopped;
        stopped.request_stop();
        runner_.heed(box_.mode() == ConsentMode::chat_only ? stopped.get_token() : stop);
    }

    /// The front is quoted from holdout, also while the study stays open.
    Status settle(Answered told)
    {
        restore_budget();
        if (!told.only_talk && !told.stopped && box_.mode() != ConsentMode::chat_only)
            if (const auto ended = end_search(runner_); !can_talk_on(ended))
                return ended;
        heed_unless_talk(runner_.stop());
        if (const auto measured = runner_.measure_front(); !measured)
            return measured;
        tell_what_waits();
        inbox_.end_answer();
        told.is_last = stop_.stop_requested();
        if (talk_.answered)
            talk_.answered(runner_.study(), told);
        return {};
    }

    /// Once.
    void tell_what_waits()
    {
        const auto &trials = runner_.study().trials;
        if (!has_told_ && box_.mode() == ConsentMode::chat_only && runner_.data().holdout.size() > 0
            && std::any_of(trials.begin(), trials.end(), [](const Trial &trial) { return trial.on_front && !trial.holdout; })) {
            sink_.notice("Only talk is allowed, so the front is not measured on holdout.");
            has_told_ = true;
        }
    }

    Result<std::vector<std::string>> heard()
    {
        std::vector<std::string> texts;
        while (auto word = inbox_.take_word()) {
            texts.push_back(word->text);
            allow(*word);
            if (const auto kept = runner_.note(entry_of(*word)); !kept)
                return forward(kept);
        }
        return texts;
    }

    static Json entry_of(const AgentMessage &message)
    {
        return message_entry(message.id, message.branch ? std::optional(message.branch->after) : std::nullopt);
    }

    ToolOptions tool_options()
    {
        ToolOptions options;
        options.budget = talk_.budget;
        // Float, and what was run before, count; what an earlier run left undone does not.
        const auto &trials = runner_.study().trials;
        const auto undone = std::count_if(trials.begin(), trials.end(), std::not_fn(was_carried_out));
        double used = 0;
        for (const Trial &trial : trials)
            used += trial.seconds / 60;
        options.budget.minutes = std::max(0.0, options.budget.minutes - used);
        options.budget.trials = std::min(options.budget.trials, runner_.trials_left() + static_cast<std::size_t>(undone));
        if (talk_.ask)
            options.ask = [this](const ConsentRequest &asked, const std::stop_token &stop) {
                Decision decision;
                runner_.off_the_clock([&] { decision = advisor_.ask_person(talk_.ask, asked, stop); });
                return decision;
            };
        options.why_not = [this]() -> std::optional<std::string> {
            return inbox_.has_to_be_heard() ? std::optional("The person has said something that comes first.") : std::nullopt;
        };
        options.new_mode = [this] { return inbox_.take_mode(); };
        return options;
    }

    AdvisorOptions advisor_options()
    {
        AdvisorOptions options;
        options.budget = talk_.budget;
        options.history = talk_.history;
        options.note = [this](const Json &entry) { return runner_.note(entry); };
        options.interject = [this] { return heard(); };
        return options;
    }

    StudyRunner &runner_;
    const AgentTalk &talk_;
    AgentInbox &inbox_;
    AgentSink &sink_;
    std::stop_token stop_;
    bool is_first_ = true, has_told_ = false;
    std::optional<Left> left_{}; ///< of the budget, while an answer has its own
    NameGate names_;
    std::shared_ptr<ChatModel> voice_;
    OfflineAdvisor offline_;
    RunnerDesk desk_;
    ToolBox box_;
    Advisor advisor_;
};

} // namespace

Result<Study> run_agent_session(const Model &model, const DataSet &data, const StudyOptions &options, const AgentTalk &talk,
                                AgentInbox &inbox, AgentSink &sink, const TrialSink &on_trial, std::stop_token stop,
                                const Progress &progress)
{
    return StudyRunner(model, data, options, on_trial, stop, progress)
        .run([&](StudyRunner &runner) { return Conversation(runner, talk, inbox, sink, stop).hold(); }, talk.unfinished);
}

Json message_entry(const std::string &id, const std::optional<std::string> &after)
{
    return {{"kind", "message"}, {"id", id}, {"after", Json(or_null(after))}};
}

} // namespace ca
