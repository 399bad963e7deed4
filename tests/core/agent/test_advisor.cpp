// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/advisor.h"

#include "core/agent/offline_advisor.h"
#include "tests/support/planned_desk.h"
#include "tests/support/scripted_chat.h"

#include <QtTest>

#include <set>

using ca::AdvisorEnd;
using ca::FailureKind;
using ca::Json;
using ca::TurnEnd;
using Script = std::vector<ScriptedChat::Answer>;

namespace {

constexpr const char *kProposal =
    R"({"name":"int4 but the first","base":"int4-weight","layers":[{"ids":["L001"],"format":"int8","activation":null,)"
    R"("rounding":null,"group":null}],"target_bytes":null,"reason":"small","expect":{"bytes":null,"drop":1}})";
constexpr const char *kBadProposal =
    R"({"name":"x","base":"int5-magic","layers":null,"target_bytes":null,"reason":"small","expect":null})";

/// An advisor over a made-up study, with a model that follows a script.
struct Scene {
    explicit Scene(Script script, ca::AdvisorOptions options = {}, ca::ToolOptions tools = {})
        : model(std::move(script)), box(desk, std::move(tools)), advisor(model, offline, box, events, std::move(options))
    {
    }

    AdvisorEnd answer(const std::string &request = "Make it small.")
    {
        const auto end = advisor.answer(request, stop.get_token());
        if (!end)
            qFatal("%s", end.error().text().c_str());
        return *end;
    }
    /// Every call of the history is answered, once and before anybody else speaks: what vendors ask for.
    [[nodiscard]] bool is_legal() const
    {
        std::set<std::string> open;
        for (const ca::ChatMessage &message : advisor.history()) {
            if (message.role == ca::ChatRole::tool ? open.erase(message.call_id) == 0 : !open.empty())
                return false;
            for (const ca::ToolCall &call : message.calls)
                open.insert(call.id);
        }
        return open.empty();
    }

    PlannedDesk desk{};
    ScriptedChat model;
    ca::OfflineAdvisor offline{};
    KeptEvents events{};
    ca::ToolBox box;
    std::stop_source stop{};
    ca::Advisor advisor;
};

} // namespace

class TestAdvisor final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void answers_a_question();
    void carries_out_tools_and_finishes();
    void goes_offline_when_a_provider_fails_data();
    void goes_offline_when_a_provider_fails();
    void goes_offline_when_a_model_only_talks();
    void hands_over_what_the_person_asked();
    void carries_nothing_out_of_a_turn_that_broke_off_data();
    void carries_nothing_out_of_a_turn_that_broke_off();
    void puts_the_planner_in_place_of_what_cannot_be_repaired();
    void ends_what_asks_for_the_same_over_and_over();
    void takes_no_more_turns_than_allowed();
    void takes_no_more_tokens_than_approved();
    void takes_no_more_money_than_approved();
    void adds_up_what_it_used();
    void answers_all_calls_when_it_is_stopped();
    void asks_the_person_beyond_the_budget();
    void hands_back_what_was_paused();
    void keeps_a_transcript();
    void ends_with_the_study();
    void says_which_figures_nothing_proves();
};

void TestAdvisor::answers_a_question()
{
    Scene scene({ScriptedChat::says("It is a network of six layers.")});
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.events.said, std::vector<std::string>{"It is a network of six layers."});
    QCOMPARE(scene.model.asked.size(), std::size_t{1});
    QCOMPARE(scene.model.asked[0].messages.size(), std::size_t{1});
    QCOMPARE(scene.model.asked[0].system, ca::advisor_instructions());
    QCOMPARE(scene.model.asked[0].tools.size(), std::size_t{8}); // of CLI.md
}

void TestAdvisor::carries_out_tools_and_finishes()
{
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::calls({{"propose_recipe", kProposal}}),
                 [](const ca::ChatRequest &request) {
                     const Json proposal = Json::parse(request.messages.back().text);
                     return ScriptedChat::calls({{"run_trials", Json{{"proposals", {proposal["proposal"]}}}.dump()}})(request);
                 },
                 ScriptedChat::calls({{"finish", R"({"summary":"T2 is small.","recommended":"T2"})"}})});
    const AdvisorEnd end = scene.answer();
    QCOMPARE(end.why, AdvisorEnd::Why::finished);
    QCOMPARE(end.recommended, std::optional<std::string>("T2"));
    QCOMPARE(scene.desk.carried_out, std::size_t{1});
    QCOMPARE(scene.desk.study().trials.back().origin, ca::TrialOrigin::advisor);
    QCOMPARE(scene.events.finishes, std::size_t{1});
    QVERIFY(scene.events.states_of("run_trials") == (std::vector{ca::CallState::running, ca::CallState::done}));
    QVERIFY(scene.is_legal());
}

void TestAdvisor::goes_offline_when_a_provider_fails_data()
{
    QTest::addColumn<int>("kind");
    for (const FailureKind kind : {FailureKind::connection, FailureKind::key, FailureKind::billing, FailureKind::not_found,
                                   FailureKind::rate, FailureKind::server, FailureKind::context_full, FailureKind::bad_answer})
        QTest::addRow("%d", static_cast<int>(kind)) << static_cast<int>(kind);
}

void TestAdvisor::goes_offline_when_a_provider_fails()
{
    QFETCH(int, kind);
    ca::AdvisorOptions options;
    options.must_finish = true;
    Scene scene({ScriptedChat::fails(static_cast<FailureKind>(kind), "The server has no answer.")}, std::move(options));
    const AdvisorEnd end = scene.answer(ca::study_request());
    QCOMPARE(end.why, AdvisorEnd::Why::finished);
    QVERIFY(scene.events.has_notice("The server has no answer. The offline advisor goes on."));
    QVERIFY(scene.advisor.is_offline());
    QVERIFY(scene.desk.carried_out > 4);
    QVERIFY(scene.is_legal());
}

/// Where nobody is there, a model is reminded twice; then the study is carried out without it, whatever was asked of it.
void TestAdvisor::goes_offline_when_a_model_only_talks()
{
    ca::AdvisorOptions options;
    options.must_finish = true;
    Scene scene({ScriptedChat::says("Four bits will do.")}, std::move(options));
    QCOMPARE(scene.answer("Make it small.").why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.model.asked.size(), std::size_t{3});
    QVERIFY(scene.advisor.is_offline());
    QVERIFY(scene.desk.carried_out > 4);
    QVERIFY(scene.is_legal());
}

void TestAdvisor::hands_over_what_the_person_asked()
{
    Scene scene({ScriptedChat::says(" "), ScriptedChat::fails(FailureKind::server, "It is overloaded.")});
    QCOMPARE(scene.answer("explain layer L002").why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.model.asked.size(), std::size_t{2}); // it said nothing, was reminded, and failed
    QVERIFY2(scene.events.said.back().find("L002 is a conv") != std::string::npos, scene.events.said.back().c_str());
    QVERIFY(scene.events.states_of("explain_layer") == (std::vector{ca::CallState::running, ca::CallState::done}));
}

void TestAdvisor::carries_nothing_out_of_a_turn_that_broke_off_data()
{
    QTest::addColumn<int>("end");
    for (const TurnEnd end : {TurnEnd::truncated, TurnEnd::length, TurnEnd::refused, TurnEnd::stopped, TurnEnd::context_full})
        QTest::addRow("%d", static_cast<int>(end)) << static_cast<int>(end);
}

void TestAdvisor::carries_nothing_out_of_a_turn_that_broke_off()
{
    QFETCH(int, end);
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}),
                 [&](const ca::ChatRequest &request) {
                     return ScriptedChat::calls({{"run_trials", R"({"proposals":["P1"]})"}}, static_cast<TurnEnd>(end))(request);
                 },
                 ScriptedChat::says("Enough.")});
    (void)scene.answer();
    QCOMPARE(scene.desk.carried_out, std::size_t{0});
    QVERIFY(scene.events.states_of("run_trials").empty());
    QVERIFY(scene.is_legal());
}

void TestAdvisor::puts_the_planner_in_place_of_what_cannot_be_repaired()
{
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::calls({{"propose_recipe", kBadProposal}}),
                 ScriptedChat::calls({{"propose_recipe", kBadProposal}, {"propose_recipe", kBadProposal}}),
                 ScriptedChat::says("I see.")});
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.desk.carried_out, std::size_t{1});
    QVERIFY(scene.desk.study().trials.back().origin != ca::TrialOrigin::advisor);
    QVERIFY(scene.events.has_notice("takes their place"));
    const Json told = Json::parse(scene.advisor.history()[scene.advisor.history().size() - 2].text);
    QCOMPARE(told["instead"]["proposal"].get<std::string>(), std::string("P1"));
}

void TestAdvisor::ends_what_asks_for_the_same_over_and_over()
{
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}})});
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::used_up);
    QCOMPARE(scene.model.asked.size(), std::size_t{6}); // three are carried out, two reminded of, one is the last
    QVERIFY(scene.is_legal());
}

void TestAdvisor::takes_no_more_turns_than_allowed()
{
    int layer = 0;
    Scene scene({[&](const ca::ChatRequest &request) {
        const std::string id = "L00" + std::to_string(1 + layer++ % 6);
        return ScriptedChat::calls({{"explain_layer", R"({"layer":")" + id + "\"}"}})(request);
    }});
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::used_up);
    QCOMPARE(scene.model.asked.size(), std::size_t{25});
    QCOMPARE(scene.advisor.requests(), std::size_t{25});
}

void TestAdvisor::takes_no_more_tokens_than_approved()
{
    ca::AdvisorOptions options;
    options.budget.tokens = 60'000;
    int layer = 0;
    Scene scene({[&](const ca::ChatRequest &request) {
                    auto turn = ScriptedChat::calls(
                        {{"explain_layer", R"({"layer":"L00)" + std::to_string(1 + layer++ % 6) + "\"}"}})(request);
                    turn->usage = {.input = 20'000, .output = request.max_tokens};
                    return turn;
                }},
                std::move(options));
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::used_up);
    QVERIFY(scene.advisor.usage().input + scene.advisor.usage().output <= 60'000 + 20'000); // input is estimated before
    QVERIFY(scene.events.has_notice("60000 tokens"));
}

void TestAdvisor::takes_no_more_money_than_approved()
{
    ca::AdvisorOptions options;
    options.budget.money = 0.05;
    options.price = ca::Price{.model = "script-1", .input = 1, .output = 10}; // of a million tokens: 0.04 of 4,000 output tokens
    int layer = 0;
    Scene scene({[&](const ca::ChatRequest &request) {
                    auto turn = ScriptedChat::calls(
                        {{"explain_layer", R"({"layer":"L00)" + std::to_string(1 + layer++ % 6) + "\"}"}})(request);
                    turn->usage = {.input = 100, .output = request.max_tokens};
                    return turn;
                }},
                std::move(options));
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::used_up);
    QVERIFY(*scene.advisor.cost() <= 0.05);
    QVERIFY(*scene.advisor.cost() > 0.03);
}

void TestAdvisor::adds_up_what_it_used()
{
    ca::AdvisorOptions options;
    options.price = ca::Price{.model = "script-1", .input = 2, .output = 8};
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::says("So it stands.")}, std::move(options));
    (void)scene.answer();
    QCOMPARE(scene.events.usage.input, std::int64_t{200});
    QCOMPARE(scene.events.usage.output, std::int64_t{20});
    QVERIFY(std::abs(*scene.events.cost - (200 * 2 + 20 * 8) / 1e6) < 1e-12);
}

void TestAdvisor::answers_all_calls_when_it_is_stopped()
{
    Scene scene(
        {ScriptedChat::calls({{"study_overview", "{}"}}),
         ScriptedChat::calls({{"run_trials", R"({"proposals":["P1","P2"]})"}, {"explain_layer", R"({"layer":"L001"})"}})});
    scene.desk.on_trial = [&](ca::Trial &) { scene.stop.request_stop(); };
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::stopped);
    QVERIFY(scene.is_legal());
    QVERIFY(scene.events.states_of("explain_layer") == std::vector{ca::CallState::cancelled});
}

void TestAdvisor::asks_the_person_beyond_the_budget()
{
    ca::Advisor *speaking = nullptr;
    std::vector<std::string> asked;
    ca::ToolOptions tools;
    tools.budget.trials = 0;
    tools.ask = [&](const ca::ConsentRequest &request, std::stop_token stop) {
        const ca::AskPerson no = [&](const ca::ConsentRequest &what, std::stop_token) {
            asked.push_back(what.sentence);
            return ca::Decision{false, "not today"};
        };
        return speaking->ask_person(no, request, stop);
    };
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}),
                 ScriptedChat::calls({{"run_trials", R"({"proposals":["P1"]})"}}), ScriptedChat::says("Well then.")},
                {}, std::move(tools));
    speaking = &scene.advisor;
    (void)scene.answer();
    QCOMPARE(asked.size(), std::size_t{1});
    QCOMPARE(scene.desk.carried_out, std::size_t{0});
    QVERIFY(scene.events.states_of("run_trials")
            == (std::vector{ca::CallState::running, ca::CallState::waiting, ca::CallState::running, ca::CallState::refused}));
    const auto &history = scene.advisor.history();
    QVERIFY(history[history.size() - 2].text.find("not today") != std::string::npos); // the model hears why
}

void TestAdvisor::hands_back_what_was_paused()
{
    Scene scene({ScriptedChat::says("Let me think", TurnEnd::paused), ScriptedChat::says("Done.")});
    QCOMPARE(scene.answer().why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.model.asked.size(), std::size_t{2});
    QCOMPARE(scene.model.asked[1].messages.back().text, std::string("Let me think"));
}

void TestAdvisor::keeps_a_transcript()
{
    std::vector<Json> entries;
    ca::AdvisorOptions options;
    options.note = [&](const Json &entry) {
        entries.push_back(entry);
        return ca::Status();
    };
    Scene scene({ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::says("It has 97.31 % accuracy.")},
                std::move(options));
    (void)scene.answer("How good is it?");
    std::vector<std::string> kinds;
    for (const Json &entry : entries)
        kinds.push_back(entry["kind"]);
    QCOMPARE(kinds, (std::vector<std::string>{"person", "turn", "result", "turn", "notice"}));
    QCOMPARE(entries[0]["text"].get<std::string>(), std::string("How good is it?"));
    QCOMPARE(entries[1]["calls"][0]["tool"].get<std::string>(), std::string("study_overview"));
    QCOMPARE(entries[1]["usage"]["input"].get<int>(), 100);
    QCOMPARE(entries[3]["figures"][0]["reference"], Json(nullptr)); // nothing proves it
}

void TestAdvisor::ends_with_the_study()
{
    Scene scene(
        {ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::calls({{"run_trials", R"({"proposals":["P1"]})"}})});
    scene.desk.before_trial = [] { return ca::Status(ca::fail(ca::ErrorCode::unwritable, "The disk is full.")); };
    const auto end = scene.advisor.answer("Go on.", {});
    QVERIFY(!end);
    QCOMPARE(end.error().sentence, std::string("The disk is full."));
}

void TestAdvisor::says_which_figures_nothing_proves()
{
    Scene scene({ScriptedChat::says("The float model has 92.00 %, and T9 would have 91.77 %.")});
    (void)scene.answer();
    QVERIFY(scene.events.has_notice("1 figure of this answer matches nothing"));
}

QTEST_APPLESS_MAIN(TestAdvisor)
#include "test_advisor.moc"
