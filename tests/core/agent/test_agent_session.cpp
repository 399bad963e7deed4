// SPDX-License-Identifier: GPL-3.0-or-later
// A study as a conversation, of a net that nobody trained, with the advisor that needs no network.
#include "core/agent/agent_session.h"

#include "core/agent/offline_advisor.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_chat.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <thread>

class TestAgentSession final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void stays_open_for_more();
    void a_stop_is_heard_before_the_next_trial();
    void a_question_in_between_ends_nothing();
    void other_limits_are_heard_before_the_next_trial();
    void a_stopped_answer_ends_nothing_else();
    void what_was_left_stays_until_it_is_wanted();
    void what_a_crash_left_can_be_run();
    void more_trials_are_as_many_as_were_wanted();
    void more_trials_are_heard_while_it_works();
    void another_mode_holds_at_once();
    void minutes_of_earlier_runs_are_used();
    void names_stay_with_who_was_told_them();
    void limits_that_cannot_be_reached_can_be_relaxed();
    void a_branch_goes_on_from_its_point();
    void chat_alone_computes_nothing();
    void a_closed_inbox_takes_nothing();
    void a_stop_wakes_who_waits();

private:
    /// One session: `next` is called after each answer, and closes the inbox or posts more.
    using Next = std::function<void(const ca::Study &, const ca::Answered &)>;
    ca::Result<ca::Study> talk(const std::string &name, const Next &next, const ca::TrialSink &on_trial = {},
                               ca::Unfinished unfinished = ca::Unfinished::carry_out, std::stop_token stop = {});
    void post(const std::string &id, const std::string &text, ca::ConsentMode mode = ca::ConsentMode::within_budget,
              std::size_t more_trials = 0);

    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_ = split_colours();
    std::unique_ptr<ca::AgentInbox> inbox_;
    std::unique_ptr<KeptEvents> events_;
    ca::Decision decision_{true, ""};
    std::shared_ptr<ca::ChatModel> voice_{};
    bool names_ = true;
    ca::Constraints constraints_{};
};

namespace {

std::size_t done(const ca::Study &study)
{
    return static_cast<std::size_t>(std::count_if(study.trials.begin(), study.trials.end(),
                                                  [](const ca::Trial &trial) { return trial.state == ca::TrialState::done; }));
}

/// Does something once, when a trial has reached a state.
ca::TrialSink when(const char *trial, ca::TrialState state, std::function<void()> what)
{
    return [=, did = std::make_shared<bool>(false)](const ca::Study &, const ca::Trial &now) {
        if (now.id == trial && now.state == state && !std::exchange(*did, true))
            what();
    };
}

bool has_said(const KeptEvents &events, const std::string &words)
{
    return std::any_of(events.said.begin(), events.said.end(),
                       [&](const std::string &text) { return text.find(words) != std::string::npos; });
}

} // namespace

void TestAgentSession::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

ca::Result<ca::Study> TestAgentSession::talk(const std::string &name, const Next &next, const ca::TrialSink &on_trial,
                                             ca::Unfinished unfinished, std::stop_token stop)
{
    ca::StudyOptions options;
    options.name = "one";
    options.folder = std::filesystem::path(folder_.path().toStdString()) / name;
    options.resume = std::filesystem::exists(options.folder);
    options.latency = false;
    options.threads = 2;
    options.head = "agreement";
    options.max_trials = 7;
    options.round = 3;
    options.constraints = constraints_;
    ca::AgentTalk talk;
    talk.budget.trials = 7;
    talk.unfinished = unfinished;
    talk.answered = next;
    talk.ask = [this](const ca::ConsentRequest &, const std::stop_token &) { return decision_; };
    events_ = std::make_unique<KeptEvents>();
    return ca::run_agent_session(model_, data_, options, talk, *inbox_, *events_, on_trial, std::move(stop), {});
}

void TestAgentSession::post(const std::string &id, const std::string &text, ca::ConsentMode mode, std::size_t more_trials)
{
    if (!inbox_)
        inbox_ = std::make_unique<ca::AgentInbox>();
    ca::AgentMessage message;
    message.id = id;
    message.text = text;
    message.voice.mode = mode;
    message.voice.model = voice_;
    message.voice.names = names_;
    message.more_trials = more_trials;
    message.more_minutes = 2 * static_cast<double>(more_trials);
    QVERIFY(inbox_->post(std::move(message)));
}

void TestAgentSession::stays_open_for_more()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::vector<std::size_t> measured;
    std::vector<bool> talked;
    const auto study = talk("more", [&](const ca::Study &now, const ca::Answered &answered) {
        QVERIFY(now.float_holdout.has_value());
        for (const ca::Trial &trial : now.trials)
            QVERIFY2(!trial.on_front || trial.holdout, trial.id.c_str());
        measured.push_back(done(now));
        talked.push_back(answered.only_talk);
        if (measured.size() == 1)
            post("m2", "overview");
        else
            inbox_->close();
    });
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(measured.size(), std::size_t{2});
    QVERIFY(measured[0] >= 4);
    QCOMPARE(measured[1], measured[0]);
    QCOMPARE(talked, (std::vector<bool>{false, true}));
    QVERIFY(has_said(*events_, "On the front: "));
    QCOMPARE(events_->finishes, std::size_t{1});
}

void TestAgentSession::a_stop_is_heard_before_the_next_trial()
{
    inbox_.reset();
    post("m1", ca::study_request());
    const auto study = talk(
        "stop", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); },
        when("T2", ca::TrialState::running, [&] { post("m2", "stop"); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(done(*study), std::size_t{2});
    QVERIFY(has_said(*events_, "I stop here"));
    QCOMPARE(events_->finishes, std::size_t{1}); // with a summary of what there is
}

void TestAgentSession::a_question_in_between_ends_nothing()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::size_t answers = 0;
    const auto study = talk(
        "question",
        [&](const ca::Study &, const ca::Answered &) {
            ++answers;
            inbox_->close();
        },
        when("T2", ca::TrialState::running, [&] { post("m2", "explain L001"); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(answers, std::size_t{1});
    QVERIFY(has_said(*events_, "L001 is a "));
    QCOMPARE(done(*study), study->trials.size());
    QVERIFY(study->trials.size() >= 5);
    QCOMPARE(events_->finishes, std::size_t{1});
}

void TestAgentSession::other_limits_are_heard_before_the_next_trial()
{
    inbox_.reset();
    decision_ = {true, ""};
    post("m1", ca::study_request());
    const auto study = talk(
        "limits", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); },
        when("T2", ca::TrialState::running, [&] { post("m2", "lose at most 2 points"); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(study->constraints.max_drop, std::optional(2.0));
    QVERIFY(study->trials[2].state == ca::TrialState::cancelled);
    QVERIFY(done(*study) > 2); // and then it went on
}

void TestAgentSession::a_stopped_answer_ends_nothing_else()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::vector<ca::Answered> answers;
    const auto study = talk(
        "stopped",
        [&](const ca::Study &, const ca::Answered &answered) {
            answers.push_back(answered);
            if (answers.size() == 1)
                post("m2", "overview");
            else
                inbox_->close();
        },
        when("T3", ca::TrialState::running, [&] { QVERIFY(inbox_->stop()); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(answers.size(), std::size_t{2});
    QVERIFY(answers[0].stopped && answers[0].why == ca::AdvisorEnd::Why::stopped && !answers[0].is_last);
    QVERIFY(!answers[1].stopped);
    QCOMPARE(done(*study), std::size_t{2});
    QVERIFY(study->trials[1].holdout || !study->trials[1].on_front); // measured after the second answer
}

void TestAgentSession::what_was_left_stays_until_it_is_wanted()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::stop_source stop;
    const auto part = talk("left", {}, when("T3", ca::TrialState::running, [&] { stop.request_stop(); }),
                           ca::Unfinished::carry_out, stop.get_token());
    QVERIFY2(part, part ? "" : part.error().text().c_str());
    QCOMPARE(done(*part), std::size_t{2});
    QVERIFY(part->trials.size() > 2);

    inbox_ = std::make_unique<ca::AgentInbox>();
    post("m2", "overview");
    const auto talked = talk(
        "left", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); }, {}, ca::Unfinished::leave);
    QVERIFY2(talked, talked ? "" : talked.error().text().c_str());
    QCOMPARE(done(*talked), std::size_t{2});

    inbox_ = std::make_unique<ca::AgentInbox>();
    post("m3", ca::study_request());
    const auto whole = talk("left", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); });
    QVERIFY2(whole, whole ? "" : whole.error().text().c_str());
    QCOMPARE(done(*whole), whole->trials.size());
    QCOMPARE(whole->trials[2].recipe_hash, part->trials[2].recipe_hash);
}

void TestAgentSession::what_a_crash_left_can_be_run()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::stop_source stop;
    const auto part = talk("crash", {}, when("T3", ca::TrialState::running, [&] { stop.request_stop(); }),
                           ca::Unfinished::carry_out, stop.get_token());
    QVERIFY2(part, part ? "" : part.error().text().c_str());
    {
        auto store = ca::StudyStore::open_for_writing(std::filesystem::path(folder_.path().toStdString()) / "crash");
        QVERIFY(store);
        for (ca::Trial trial : part->trials)
            if (trial.state == ca::TrialState::cancelled) {
                trial.state = trial.id == "T3" ? ca::TrialState::running : ca::TrialState::queued; // as a killed run leaves them
                QVERIFY(store->update_trial(trial));
            }
    }
    inbox_ = std::make_unique<ca::AgentInbox>();
    post("m2", "go on");
    const auto whole = talk(
        "crash", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); }, {}, ca::Unfinished::leave);
    QVERIFY2(whole, whole ? "" : whole.error().text().c_str());
    QVERIFY(done(*whole) > 3);
    for (std::size_t i = 2; i < part->trials.size(); ++i)
        QVERIFY2(std::any_of(whole->trials.begin(), whole->trials.end(),
                             [&](const ca::Trial &trial) {
                                 return trial.recipe_hash == part->trials[i].recipe_hash && trial.state == ca::TrialState::done;
                             }),
                 part->trials[i].id.c_str());
}

void TestAgentSession::more_trials_are_as_many_as_were_wanted()
{
    inbox_.reset();
    post("m1", ca::study_request());
    std::vector<std::size_t> counts;
    const auto study = talk(
        "wanted",
        [&](const ca::Study &now, const ca::Answered &) {
            counts.push_back(done(now));
            if (counts.size() == 1)
                post("m2", "go on", ca::ConsentMode::within_budget, 1);
            else if (counts.size() == 2)
                post("m3", "go on"); // with what was left before
            else
                inbox_->close();
        },
        when("T3", ca::TrialState::running, [&] { QVERIFY(inbox_->stop()); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(counts.size(), std::size_t{3});
    QCOMPARE(counts[0], std::size_t{2});
    QCOMPARE(counts[1], std::size_t{3});
    QVERIFY(counts[2] > 3);
}

void TestAgentSession::more_trials_are_heard_while_it_works()
{
    inbox_.reset();
    post("m1", ca::study_request());
    const auto study = talk(
        "heard", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); },
        when("T2", ca::TrialState::running, [&] { post("m2", "go on", ca::ConsentMode::within_budget, 1); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(done(*study), std::size_t{5}); // float, the round that ran, and one
}

void TestAgentSession::another_mode_holds_at_once()
{
    inbox_.reset();
    post("m1", ca::study_request());
    const auto study = talk(
        "mode", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); },
        when("T2", ca::TrialState::running, [&] { inbox_->set_mode(ca::ConsentMode::chat_only); }));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(done(*study), std::size_t{2});
    QVERIFY(events_->has_notice("not measured on holdout"));

    inbox_.reset();
    post("m1", ca::study_request());
    inbox_->set_mode(ca::ConsentMode::chat_only); // while it opens
    const auto talked = talk("opening", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); });
    QVERIFY2(talked, talked ? "" : talked.error().text().c_str());
    QCOMPARE(talked->trials.size(), std::size_t{1});
}

void TestAgentSession::minutes_of_earlier_runs_are_used()
{
    inbox_.reset();
    decision_ = {false, "no"};
    post("m1", ca::study_request());
    const auto part = talk(
        "minutes", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); },
        when("T3", ca::TrialState::running, [&] { QVERIFY(inbox_->stop()); }));
    QVERIFY2(part, part ? "" : part.error().text().c_str());
    {
        auto store = ca::StudyStore::open_for_writing(std::filesystem::path(folder_.path().toStdString()) / "minutes");
        QVERIFY(store);
        ca::Trial trial = part->trials[1];
        trial.seconds = 31 * 60; // of 30 minutes
        QVERIFY(store->update_trial(trial));
    }
    inbox_ = std::make_unique<ca::AgentInbox>();
    post("m2", "go on");
    const auto whole = talk(
        "minutes", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); }, {}, ca::Unfinished::leave);
    decision_ = {true, ""};
    QVERIFY2(whole, whole ? "" : whole.error().text().c_str());
    QCOMPARE(done(*whole), std::size_t{2});
}

void TestAgentSession::names_stay_with_who_was_told_them()
{
    inbox_.reset();
    const std::string name = model_.program.layers().front().name;
    const auto script = std::make_shared<ScriptedChat>(
        std::vector<ScriptedChat::Answer>{ScriptedChat::calls({{"explain_layer", R"({"layer":"L001"})"}}),
                                          ScriptedChat::says("It is small."), ScriptedChat::says("Yes.")});
    const auto sent = [&](std::size_t turn) {
        std::string all;
        for (const ca::ChatMessage &message : script->asked[turn].messages)
            all += message.text + "\n";
        return all;
    };
    post("m1", "explain L001");
    std::size_t answers = 0;
    std::string told_here;
    const auto study = talk("names", [&](const ca::Study &, const ca::Answered &answered) {
        names_ = false;
        voice_ = script;
        if (++answers == 1) {
            for (const ca::ChatMessage &message : answered.history)
                told_here += message.text;
            post("m2", "and that one?");
        } else if (answers == 2) {
            post("m3", "sure?");
        } else {
            inbox_->close();
        }
    });
    voice_.reset();
    names_ = true;
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QVERIFY2(told_here.find(name) != std::string::npos, told_here.c_str());
    QCOMPARE(script->asked.size(), std::size_t{3});
    for (std::size_t turn = 0; turn < 3; ++turn)
        QVERIFY2(sent(turn).find(name) == std::string::npos, sent(turn).c_str());
    QVERIFY(sent(0).find("explain L001") == 0);
    QVERIFY(sent(2).find("It is small.") != std::string::npos); // what it said itself it is told again
    QVERIFY(sent(2).find(script->asked[1].messages.back().text) != std::string::npos);
}

void TestAgentSession::limits_that_cannot_be_reached_can_be_relaxed()
{
    inbox_.reset();
    constraints_.bytes = 1;
    post("m1", ca::study_request());
    std::size_t answers = 0;
    const auto study = talk("relaxed", [&](const ca::Study &, const ca::Answered &) {
        if (++answers == 1)
            post("m2", "under 6 MB");
        else
            inbox_->close();
    });
    constraints_ = {};
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(answers, std::size_t{2});
    QCOMPARE(study->constraints.bytes, std::optional<std::int64_t>(6'000'000));
}

void TestAgentSession::a_branch_goes_on_from_its_point()
{
    inbox_.reset();
    const auto script = std::make_shared<ScriptedChat>(
        std::vector<ScriptedChat::Answer>{ScriptedChat::says("One."), ScriptedChat::says("Two."), ScriptedChat::says("Three.")});
    voice_ = script;
    post("m1", "first");
    std::size_t answers = 0;
    const auto study = talk("branch", [&](const ca::Study &, const ca::Answered &answered) {
        if (++answers == 1) {
            QCOMPARE(answered.history.size(), std::size_t{2});
            ca::AgentMessage other;
            other.id = "m2";
            other.text = "second";
            other.voice.model = voice_;
            other.branch = ca::AgentBranch{};
            QVERIFY(inbox_->post(other));
        } else if (answers == 2) {
            post("m3", "third");
        } else {
            inbox_->close();
        }
    });
    voice_.reset();
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(script->asked.size(), std::size_t{3});
    QCOMPARE(script->asked[1].messages.size(), std::size_t{1});
    QCOMPARE(script->asked[1].messages[0].text, std::string("second"));
    QCOMPARE(script->asked[2].messages.size(), std::size_t{3});
    QCOMPARE(script->asked[2].messages[1].text, std::string("Two."));
}

void TestAgentSession::chat_alone_computes_nothing()
{
    inbox_.reset();
    post("m1", "go on", ca::ConsentMode::chat_only);
    const auto study = talk("talk", [&](const ca::Study &, const ca::Answered &) { inbox_->close(); });
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(study->trials.size(), std::size_t{1}); // float
    QVERIFY(!study->float_holdout);
}

void TestAgentSession::a_closed_inbox_takes_nothing()
{
    ca::AgentInbox inbox;
    QVERIFY(inbox.post({"m1", "overview"}));
    QVERIFY(inbox.is_busy());
    inbox.close();
    QVERIFY(!inbox.post({"m2", "overview"}));
    const auto taken = inbox.take({});
    QVERIFY(taken); // what waited is answered
    QCOMPARE(taken->first.id, std::string("m1"));
    inbox.end_answer();
    QVERIFY(!inbox.is_busy());
    QVERIFY(!inbox.take({}));
}

void TestAgentSession::a_stop_wakes_who_waits()
{
    ca::AgentInbox inbox;
    std::stop_source stop;
    bool is_empty = false;
    std::thread reader([&] { is_empty = !inbox.take(stop.get_token()); });
    stop.request_stop();
    reader.join();
    QVERIFY(is_empty);
    QVERIFY(!inbox.stop()); // nothing is answered
}

QTEST_APPLESS_MAIN(TestAgentSession)
#include "test_agent_session.moc"
