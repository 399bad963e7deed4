// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tools.h"
#include "tests/support/planned_desk.h"

#include <QtTest>

#include <random>

using ca::Json;

class TestBudgets final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void budgets_are_never_passed();
    void minutes_end_a_round();
    void what_was_granted_may_take_half_as_long_again();
};

/// Random conversations: whatever is asked for, refused, granted and stopped, no more trials are carried out than the budget and
/// what the person granted beyond it allow, and none is begun when the minutes are used up.
void TestBudgets::budgets_are_never_passed()
{
    for (unsigned seed = 0; seed < 60; ++seed) {
        std::mt19937 random(seed);
        PlannedDesk desk(3, 4 + random() % 20);
        const std::size_t in_study = desk.trials_left();
        desk.seconds_each = 1 + static_cast<double>(random() % 30);
        ca::ToolOptions options;
        options.budget = {random() % 8, 0.1 * static_cast<double>(random() % 40)};
        options.mode = random() % 2 == 0 ? ca::ConsentMode::within_budget : ca::ConsentMode::ask;
        std::size_t granted = 0;
        options.ask = [&](const ca::ConsentRequest &request, std::stop_token) {
            const bool yes = random() % 3 == 0;
            granted += yes ? request.trials : 0;
            return ca::Decision{yes, "no"};
        };
        double minutes = 0; // that trials took, those before the one that begins
        bool late = false;
        desk.on_trial = [&](ca::Trial &trial) {
            late = late || (options.mode == ca::ConsentMode::within_budget && granted == 0 && minutes >= options.budget.minutes);
            trial.seconds = desk.seconds_each * (1 + static_cast<double>(random() % 4));
            minutes += trial.seconds / 60;
        };
        ca::ToolBox tools(desk, options);
        for (int call = 0; call < 12; ++call) {
            const Json overview = tools.call({"1", "study_overview", "{}"}).content;
            Json ids = Json::array();
            for (const Json &row : overview["proposals"]["rows"])
                if (random() % 3 > 0)
                    ids.push_back(row[0]);
            const std::size_t before = desk.carried_out, left = tools.trials_left(), more = granted;
            (void)tools.call({"2", "run_trials", Json{{"proposals", ids}}.dump()});
            QVERIFY(desk.carried_out - before <= left + (granted - more));
            if (options.mode == ca::ConsentMode::ask)
                QVERIFY(desk.carried_out <= granted);
        }
        QVERIFY(desk.carried_out <= options.budget.trials + granted);
        QVERIFY(desk.carried_out <= in_study);
        QVERIFY(!late);
    }
}

void TestBudgets::minutes_end_a_round()
{
    PlannedDesk desk; // float took 6 s, so that one is taken to take 12 s
    desk.seconds_each = 30;
    ca::ToolOptions options;
    options.budget = {24, 1.1}; // four of 12 s are 0.8 minutes
    ca::ToolBox tools(desk, options);
    (void)tools.call({"1", "study_overview", "{}"});
    const auto answer = tools.call({"2", "run_trials", R"({"proposals":["P1","P2","P3","P4"]})"});
    QCOMPARE(desk.carried_out, std::size_t{2}); // after 30 s there are 36 left, after 60 s six, which is no 12
    QVERIFY(answer.content["not_run"]["proposals"] == Json({"P3", "P4"}));
    QVERIFY(answer.state == ca::CallState::done && !answer.failed);
    QVERIFY(tools.call({"3", "run_trials", R"({"proposals":["P3"]})"}).state == ca::CallState::refused);
}

/// Of four that are taken to take 12 s each: 72 s.
void TestBudgets::what_was_granted_may_take_half_as_long_again()
{
    const auto carried_out = [](double seconds_each) {
        PlannedDesk desk;
        desk.seconds_each = seconds_each;
        ca::ToolOptions options;
        options.budget = {0, 0};
        options.ask = [](const ca::ConsentRequest &, std::stop_token) { return ca::Decision{true, {}}; };
        ca::ToolBox tools(desk, options);
        (void)tools.call({"1", "study_overview", "{}"});
        (void)tools.call({"2", "run_trials", R"({"proposals":["P1","P2","P3","P4"]})"});
        return desk.carried_out;
    };
    QCOMPARE(carried_out(12), std::size_t{4});
    QCOMPARE(carried_out(15), std::size_t{4}); // after 45 s there are 27 left
    QCOMPARE(carried_out(32), std::size_t{2}); // after 64 s there are 8 left, which is no 12
}

QTEST_APPLESS_MAIN(TestBudgets)
#include "test_budgets.moc"
