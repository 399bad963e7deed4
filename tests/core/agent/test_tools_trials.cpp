// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tools.h"
#include "tests/support/planned_desk.h"
#include "tests/support/tool_calls.h"

#include <QtTest>

#include <algorithm>

using ca::CallState;
using ca::Json;

class TestToolsTrials final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runs_proposals_and_judges_expectations();
    void asks_beyond_the_budget();
    void asks_each_time_where_that_is_the_mode();
    void computes_nothing_where_only_talk_is_allowed();
    void another_mode_holds_for_the_next_trial();
    void what_was_left_undone_can_be_run();
    void stops_between_trials();
    void hands_on_what_ends_the_study();
    void compares_trials();
    void constraints_are_the_persons();
    void finishes_with_figures_that_are_stored();
    void speaks_of_nothing_that_its_figures_do_not_prove();
    void tells_no_number_that_a_summary_may_not_repeat();
};

void TestToolsTrials::runs_proposals_and_judges_expectations()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    Json wanted = proposal("int8-weight");
    wanted["expect"] = {{"bytes", 1}, {"drop", 50}}; // neither is so
    QVERIFY(!call(tools, "propose_recipe", wanted).failed);
    const auto answer = call(tools, "run_trials", {{"proposals", {"P1"}}});
    QVERIFY2(!answer.failed && answer.state == CallState::done, answer.content.dump().c_str());
    QCOMPARE(answer.trials, std::vector<std::string>{"T2"});
    const Json &outcome = answer.content["outcomes"][0];
    QVERIFY(outcome["trial"] == "T2" && outcome["your_expectation"] == "better than expected"
            && outcome["your_bytes"] == "larger than expected");
    QVERIFY(answer.content["front"]["entered"] == Json::array({"T2"}));
    QVERIFY(answer.content["hypervolume"]["now"].get<double>() > answer.content["hypervolume"]["before"].get<double>());
    QCOMPARE(tools.trials_left(), std::size_t{22}); // of 24 in the study, float and this one are gone
    const Json error = only_error(call(tools, "run_trials", {{"proposals", {"P9"}}}));
    QVERIFY(error["path"] == "/proposals/0" && error["allowed"] == Json::array());
}

void TestToolsTrials::asks_beyond_the_budget()
{
    PlannedDesk desk;
    std::vector<ca::ConsentRequest> asked;
    ca::ToolOptions options = approving(asked, false);
    options.budget = {1, 30};
    ca::ToolBox tools(desk, options);
    (void)call(tools, "study_overview", Json::object());
    const auto refused = call(tools, "run_trials", {{"proposals", {"P1", "P2"}}});
    QVERIFY(refused.failed && refused.state == CallState::refused);
    QVERIFY(only_error(refused)["problem"] == "was not approved: not today"); // the person's reason goes back
    QCOMPARE(asked.size(), std::size_t{1});
    // Float took 6 s, and until a trial is done one counts twice that: 24 s.
    QCOMPARE(asked[0].trials, std::size_t{2});
    QVERIFY(std::abs(asked[0].minutes - 0.4) < 1e-9);
    QVERIFY2(asked[0].sentence.find("Run 2 trials: about 20 s") == 0
                 && asked[0].sentence.find("1 of 1 trial") != std::string::npos,
             asked[0].sentence.c_str());
    QCOMPARE(desk.carried_out, std::size_t{0});
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P1"}}}).failed); // that is within it
    QCOMPARE(asked.size(), std::size_t{1});
    QCOMPARE(desk.carried_out, std::size_t{1});
    ca::ToolBox headless(desk, {{0, 30}});
    (void)call(headless, "study_overview", Json::object());
    QVERIFY(call(headless, "run_trials", {{"proposals", {"P1"}}}).state == CallState::refused);
}

void TestToolsTrials::asks_each_time_where_that_is_the_mode()
{
    PlannedDesk desk;
    std::vector<ca::ConsentRequest> asked;
    ca::ToolOptions options = approving(asked);
    options.mode = ca::ConsentMode::ask;
    options.budget = {1, 30};
    ca::ToolBox tools(desk, options);
    (void)call(tools, "study_overview", Json::object());
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P1"}}}).failed);
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P2", "P3"}}}).failed); // beyond the budget, and granted
    QCOMPARE(asked.size(), std::size_t{2});
    QCOMPARE(desk.carried_out, std::size_t{3});
    QCOMPARE(tools.trials_left(), std::size_t{0}); // what was granted is no more than that
}

void TestToolsTrials::computes_nothing_where_only_talk_is_allowed()
{
    PlannedDesk desk;
    std::vector<ca::ConsentRequest> asked;
    ca::ToolOptions options = approving(asked);
    options.mode = ca::ConsentMode::chat_only;
    ca::ToolBox tools(desk, options);
    QVERIFY(!call(tools, "study_overview", Json::object()).failed);
    QVERIFY(call(tools, "propose_recipe", proposal("int8-weight")).state == CallState::refused);
    QVERIFY(!desk.planner()); // no scan
    tools.set_mode(ca::ConsentMode::within_budget);
    QVERIFY(!call(tools, "propose_recipe", proposal("int8-weight")).failed);
    tools.set_mode(ca::ConsentMode::chat_only);
    QVERIFY(call(tools, "run_trials", {{"proposals", {"P1"}}}).state == CallState::refused);
    QVERIFY(asked.empty() && desk.carried_out == 0);
}

void TestToolsTrials::another_mode_holds_for_the_next_trial()
{
    for (const auto mode : {ca::ConsentMode::ask, ca::ConsentMode::chat_only}) {
        PlannedDesk desk;
        std::optional<ca::ConsentMode> chosen;
        ca::ToolOptions options;
        options.new_mode = [&] { return std::exchange(chosen, std::nullopt); };
        ca::ToolBox tools(desk, options);
        (void)call(tools, "study_overview", Json::object());
        desk.on_trial = [&](ca::Trial &) { chosen = mode; };
        const auto answer = call(tools, "run_trials", {{"proposals", {"P1", "P2", "P3"}}});
        QCOMPARE(desk.carried_out, std::size_t{1});
        QVERIFY(answer.content["not_run"]["proposals"] == Json({"P2", "P3"}));
        QVERIFY(call(tools, "run_trials", {{"proposals", {"P2"}}}).state == CallState::refused); // nobody is there to be asked
    }
}

void TestToolsTrials::what_was_left_undone_can_be_run()
{
    PlannedDesk desk;
    ca::ToolBox before(desk, {});
    QVERIFY(!call(before, "propose_recipe", proposal("int8-weight")).failed);
    QVERIFY(!call(before, "run_trials", {{"proposals", {"P1"}}}).failed);
    ca::ToolBox tools(desk, {});
    QVERIFY(call(tools, "propose_recipe", proposal("int8-weight")).failed);
    desk.mutable_study().trials.back().state = ca::TrialState::interrupted;
    QVERIFY(!call(tools, "propose_recipe", proposal("int8-weight")).failed);
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P1"}}}).failed);
    QCOMPARE(desk.carried_out, std::size_t{2});
}

void TestToolsTrials::stops_between_trials()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    (void)call(tools, "study_overview", Json::object());
    std::stop_source stop;
    desk.on_trial = [&](ca::Trial &) { stop.request_stop(); };
    const auto answer = call(tools, "run_trials", {{"proposals", {"P1", "P2", "P3"}}}, stop.get_token());
    QVERIFY(answer.state == CallState::cancelled && !answer.failed);
    QCOMPARE(desk.carried_out, std::size_t{1});
    QVERIFY(answer.content["not_run"]["proposals"] == Json({"P2", "P3"}));
    desk.on_trial = {};
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P2"}}}).failed); // they are still there
}

void TestToolsTrials::hands_on_what_ends_the_study()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    (void)call(tools, "study_overview", Json::object());
    desk.before_trial = [] { return ca::fail(ca::ErrorCode::unwritable, "The disk is full."); };
    const auto answer = call(tools, "run_trials", {{"proposals", {"P1"}}});
    QVERIFY(answer.failed && answer.fatal && answer.fatal->code == ca::ErrorCode::unwritable);
}

void TestToolsTrials::compares_trials()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    (void)call(tools, "propose_recipe", proposal("int8-weight"));
    (void)call(tools, "propose_recipe", proposal("int8-weight", Json::array({change({"L002", "L004"}, "int4")})));
    (void)call(tools, "run_trials", {{"proposals", {"P1", "P2"}}});
    const auto answer = call(tools, "compare_trials", {{"trials", {"T2", "T3"}}});
    QVERIFY2(!answer.failed, answer.content.dump().c_str());
    const Json &difference = answer.content["differences"][0];
    QVERIFY(difference["layers"]["rows"] == Json::array({{"int8 mse", "int4 gptq", {"L002", "L004"}}}));
    QVERIFY(difference["paired"]["verdict"] == "worse" && difference["paired"]["p_value"] == 0.00164);
    QVERIFY(difference["whole"]["bytes"].get<std::int64_t>() < 0);
    QVERIFY(only_error(call(tools, "compare_trials", {{"trials", {"T2"}}}))["allowed"] == "2 to 4 ids");
    QVERIFY(only_error(call(tools, "compare_trials", {{"trials", {"T2", "T9"}}}))["allowed"] == Json({"T1", "T2", "T3"}));
}

void TestToolsTrials::constraints_are_the_persons()
{
    const Json wanted{{"max_drop", 0.5},
                      {"target_bytes", 100'000},
                      {"max_latency", nullptr},
                      {"pin", {{{"layer", "L001"}, {"format", "fp32"}}}},
                      {"forbid", {"int2"}}};
    PlannedDesk desk;
    ca::ToolBox headless(desk, {});
    QVERIFY(call(headless, "set_constraint", wanted).state == CallState::refused);
    QCOMPARE(desk.constraints_set, std::size_t{0});
    std::vector<ca::ConsentRequest> asked;
    ca::ToolBox tools(desk, approving(asked));
    const auto set = call(tools, "set_constraint", wanted);
    QVERIFY2(!set.failed, set.content.dump().c_str());
    QVERIFY(asked.size() == 1 && asked[0].kind == ca::ConsentRequest::Kind::constraint);
    QCOMPARE(
        asked[0].sentence,
        std::string("From now on an answer has to hold a drop of at most 0.5 points, at most 100 kB, fp32 for L001 and no int2. "
                    "So far: no limit."));
    QVERIFY(desk.study().constraints.pins.at("l00") == ca::Format::fp32 && desk.study().constraints.bytes == 100'000);
    QVERIFY(!call(headless, "set_constraint", wanted).failed); // it holds already: nothing to ask
    Json lifted = wanted;
    lifted["pin"] = lifted["forbid"] = Json::array();
    QVERIFY(!call(tools, "set_constraint", lifted).failed && desk.study().constraints.pins.empty());
    Json small = wanted;
    small["target_bytes"] = 10;
    const Json error = only_error(call(tools, "set_constraint", small));
    QVERIFY2(error["path"] == "/target_bytes" && error["allowed"].get<std::string>().starts_with("at least "),
             error.dump().c_str());
    QVERIFY(desk.study().constraints.bytes == 100'000);
}

void TestToolsTrials::finishes_with_figures_that_are_stored()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const auto good = call(tools, "finish", {{"summary", "T1 has 92.0 %."}, {"recommended", "T1"}});
    QVERIFY(good.ends_turn && !good.failed && good.recommended == "T1" && good.text.size() == 3);
    QCOMPARE(good.text[1].reference, std::string("T1/selection/top1"));
    const Json wrong{{"summary", "T1 has 93.0 %, and 94.0 % too."}, {"recommended", nullptr}};
    const auto first = call(tools, "finish", wrong);
    QVERIFY(first.failed && !first.ends_turn && first.content["errors"].size() == 2);
    QVERIFY(first.content["errors"][0]["problem"].get<std::string>().find("93.0 %") != std::string::npos);
    const auto second = call(tools, "finish", wrong);
    QVERIFY(second.ends_turn && !second.failed);
    QVERIFY(second.text[1].kind == ca::TextSpan::Kind::unproved
            && second.content["unproved_figures"] == Json({"93.0 %", "94.0 %"}));
    QVERIFY(call(tools, "finish", wrong).failed); // of another turn
    QVERIFY(only_error(call(tools, "finish", {{"summary", "Good."}, {"recommended", "T9"}}))["path"] == "/recommended");
    QVERIFY(only_error(call(tools, "finish", {{"summary", " "}, {"recommended", nullptr}}))["path"] == "/summary");
}

/// What cards say of results, by the figures that texts may speak of.
void TestToolsTrials::speaks_of_nothing_that_its_figures_do_not_prove()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    std::vector<std::string> texts{call(tools, "study_overview", Json::object()).summary};
    texts.push_back(call(tools, "propose_recipe", proposal("int4-weight")).summary);
    texts.push_back(call(tools, "run_trials", {{"proposals", {"P1", "P2", "P3"}}}).summary);
    texts.push_back(call(tools, "explain_layer", {{"layer", "L002"}}).summary);
    texts.push_back(call(tools, "study_overview", Json::object()).summary);
    for (const std::string &text : texts)
        for (const ca::TextSpan &span : ca::look_up_figures(text, tools.figures()))
            QVERIFY2(span.kind != ca::TextSpan::Kind::unproved, (text + " [" + span.text + "]").c_str());
    QVERIFY(texts[2].find("points below float") != std::string::npos);
}

/// As a model would write what it was told.
void TestToolsTrials::tells_no_number_that_a_summary_may_not_repeat()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const Json proposed = call(tools, "study_overview", Json::object()).content["proposals"];
    const Json ran = call(tools, "run_trials", {{"proposals", {"P1", "P2", "P3"}}}).content;
    const Json layer = call(tools, "explain_layer", {{"layer", "L002"}}).content;
    const Json overview = call(tools, "study_overview", Json::object()).content;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto cell = [&](const char *name) { return column(ran["trials"], name)[i].dump(); };
        texts.push_back(ran["outcomes"][i]["trial"].get<std::string>() + " reaches " + cell("top1_percent") + " %, loses "
                        + cell("drop_points") + " ± " + cell("drop_error") + " points, is " + cell("times_smaller")
                        + " times smaller with " + cell("bytes") + " bytes; expected were " + cell("predicted_drop")
                        + " points.");
        const auto predicted = [&](const char *name) { return column(proposed, name)[i].dump(); };
        texts.push_back("P" + std::to_string(i + 1) + " has " + predicted("bytes") + " bytes, " + predicted("times_smaller")
                        + " times fewer, and would lose " + predicted("predicted_drop") + " ± " + predicted("drop_error")
                        + " points.");
    }
    texts.push_back("The hypervolume went from " + ran["hypervolume"]["before"].dump() + " to " + ran["hypervolume"]["now"].dump()
                    + " bit-points.");
    texts.push_back(overview["budget"]["trials_left"].dump() + " trials and " + overview["budget"]["minutes_left"].dump()
                    + " minutes are left.");
    for (const auto &[bits, noise] : layer["weights"]["beta_noise_by_bits"].items())
        texts.push_back("L002 has a noise of " + noise.dump() + " at " + bits + " bits.");
    for (const Json &row : layer["formats"]["rows"])
        texts.push_back("L002 takes " + row[1].dump() + " bytes in " + row[0].get<std::string>() + ".");
    std::size_t figures = 0;
    for (const std::string &text : texts)
        for (const ca::TextSpan &span : ca::look_up_figures(text, tools.figures())) {
            QVERIFY2(span.kind != ca::TextSpan::Kind::unproved, (text + " [" + span.text + "]").c_str());
            figures += span.kind == ca::TextSpan::Kind::figure ? 1 : 0;
        }
    QVERIFY(figures >= 35); // 3 x 6 of trials, 3 x 4 of proposals, 4 of the study, 6 of noise
}

QTEST_APPLESS_MAIN(TestToolsTrials)
#include "test_tools_trials.moc"
