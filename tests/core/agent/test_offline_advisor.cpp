// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/offline_advisor.h"

#include "core/agent/advisor.h"
#include "core/agent/phrases/phrases.h"
#include "tests/support/planned_desk.h"
#include "tests/support/scripted_chat.h"
#include "tests/support/tool_calls.h"

#include <QtTest>

using ca::AdvisorEnd;
using ca::Json;

namespace {

constexpr std::size_t kTrials = 10; // of a study, float among them

/// The offline advisor over a made-up study, and a person who approves of what is asked.
struct Scene {
    explicit Scene(bool grants = true) : box(desk, approving(asked, grants)), advisor(offline, offline, box, events, kept()) { }

    AdvisorEnd answer(const std::string &request)
    {
        const auto end = advisor.answer(request, {});
        if (!end)
            qFatal("%s", end.error().text().c_str());
        return *end;
    }
    /// What it said, all turns of it.
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string &said : events.said)
            all += said + "\n";
        return all;
    }
    [[nodiscard]] std::vector<std::string> tools() const
    {
        std::vector<std::string> names;
        for (const ca::CallCard &card : events.cards)
            if (card.state == ca::CallState::running)
                names.push_back(card.tool);
        return names;
    }
    /// Figures of all that was said, as they were looked up when it was said.
    [[nodiscard]] std::size_t figures(bool proved) const
    {
        std::size_t count = 0;
        for (const Json &entry : entries)
            if (entry["kind"] == "turn")
                for (const Json &figure : entry["figures"])
                    count += figure["reference"].is_null() == proved ? 0 : 1;
        return count;
    }

    std::vector<ca::ConsentRequest> asked{};
    std::vector<Json> entries{};
    PlannedDesk desk{6, kTrials};
    ca::OfflineAdvisor offline{};
    KeptEvents events{};
    ca::ToolBox box;
    ca::Advisor advisor;

private:
    ca::AdvisorOptions kept()
    {
        ca::AdvisorOptions options;
        options.note = [this](const Json &entry) {
            entries.push_back(entry);
            return ca::Status();
        };
        return options;
    }
};

bool all_proved(const std::vector<ca::TextSpan> &text)
{
    return std::none_of(text.begin(), text.end(),
                        [](const ca::TextSpan &span) { return span.kind == ca::TextSpan::Kind::unproved; });
}

/// Recipes in the order in which the planner alone would carry them out.
std::vector<std::string> planned_recipes()
{
    PlannedDesk desk(6, kTrials);
    if (!desk.plan())
        return {};
    for (;;) {
        const auto proposals = desk.propose(desk.options().round);
        if (!proposals || proposals->empty())
            break;
        std::vector<ca::TrialRequest> requests;
        for (const ca::Proposal &proposal : *proposals)
            requests.push_back(ca::request_of(proposal));
        if (!desk.carry_out(requests, "", {}))
            break;
    }
    std::vector<std::string> recipes;
    for (const ca::Trial &trial : desk.study().trials)
        recipes.push_back(trial.recipe_hash);
    return recipes;
}

} // namespace

class TestOfflineAdvisor final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void carries_out_what_the_planner_proposes();
    void proves_each_figure_of_a_whole_study();
    void sets_all_limits_of_a_sentence_at_once();
    void says_what_the_person_refused();
    void explains_what_was_measured_data();
    void explains_what_was_measured();
    void computes_nothing_where_it_is_only_asked_data();
    void computes_nothing_where_it_is_only_asked();
    void goes_on_when_told();
    void runs_as_many_as_told();
    void limits_and_then_goes_on();
    void stops_when_the_budget_is_used_up();
    void says_the_same_to_the_same();
};

void TestOfflineAdvisor::carries_out_what_the_planner_proposes()
{
    Scene scene;
    const AdvisorEnd end = scene.answer(ca::study_request());
    QCOMPARE(end.why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.events.finishes, std::size_t{1});
    const auto planned = planned_recipes();
    QVERIFY(planned.size() > 6);
    std::vector<std::string> recipes;
    for (const ca::Trial &trial : scene.desk.study().trials)
        recipes.push_back(trial.recipe_hash);
    QCOMPARE(recipes, planned);
    QVERIFY(scene.desk.study().rounds.size() >= 2); // what the first shows decides the second
    QVERIFY(scene.asked.empty());
    QVERIFY(end.recommended);
    const auto &trials = scene.desk.study().trials;
    QVERIFY(std::any_of(trials.begin(), trials.end(),
                        [&](const ca::Trial &trial) { return trial.id == *end.recommended && trial.on_front; }));
    QCOMPARE(scene.advisor.requests(), std::size_t{0}); // nothing is asked over the network
}

void TestOfflineAdvisor::proves_each_figure_of_a_whole_study()
{
    Scene scene;
    const AdvisorEnd end = scene.answer(ca::study_request());
    QVERIFY2(scene.figures(false) == 0, scene.text().c_str());
    QVERIFY(scene.figures(true) > 2 * kTrials); // size and accuracy of each trial at least
    QVERIFY(!end.summary.empty() && all_proved(end.summary));
    QVERIFY(std::any_of(end.summary.begin(), end.summary.end(),
                        [](const ca::TextSpan &span) { return span.kind == ca::TextSpan::Kind::figure; }));
    QVERIFY2(scene.events.notices.empty(), scene.events.notices.empty() ? "" : scene.events.notices[0].c_str());
}

void TestOfflineAdvisor::sets_all_limits_of_a_sentence_at_once()
{
    Scene scene;
    QCOMPARE(scene.answer("under 6 MB, lose at most half a point and keep the first layer").why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.desk.constraints_set, std::size_t{1});
    QCOMPARE(scene.asked.size(), std::size_t{1}); // the person is asked once
    QCOMPARE(scene.tools(), (std::vector<std::string>{"study_overview", "set_constraint"}));
    const ca::Constraints &limits = scene.desk.study().constraints;
    QCOMPARE(limits.bytes, std::optional<std::int64_t>(6'000'000));
    QCOMPARE(limits.max_drop, std::optional<double>(0.5));
    QVERIFY(limits.pins == (std::map<std::string, ca::Format>{{"l00", ca::Format::fp32}}));
    QCOMPARE(scene.desk.carried_out, std::size_t{0});
    QVERIFY2(scene.text().find("0.5 points") != std::string::npos, scene.text().c_str());
    QVERIFY2(scene.figures(false) == 0 && scene.figures(true) >= 2, scene.text().c_str());
}

void TestOfflineAdvisor::says_what_the_person_refused()
{
    Scene scene(false);
    (void)scene.answer("under 6 MB");
    QCOMPARE(scene.desk.constraints_set, std::size_t{0});
    QVERIFY2(scene.text().find("was not approved: not today") != std::string::npos, scene.text().c_str());
}

void TestOfflineAdvisor::explains_what_was_measured_data()
{
    QTest::addColumn<QString>("request");
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QStringList>("words");
    QTest::addRow("compare") << "compare T2 and T3"
                             << "compare_trials" << QStringList{"T2", "T3", "Image by image", "p 0.002"};
    QTest::addRow("layer") << "explain layer L002"
                           << "explain_layer" << QStringList{"L002 is a conv", "parameters"};
    QTest::addRow("the last layer") << "explain the last layer"
                                    << "explain_layer" << QStringList{"L006 is a linear"};
    QTest::addRow("why") << "why T3"
                         << "compare_trials" << QStringList{"T1 (float)", "T3", "p 0.002"};
    QTest::addRow("overview") << "where are we"
                              << "study_overview" << QStringList{"On the front:", "kB"};
}

void TestOfflineAdvisor::explains_what_was_measured()
{
    QFETCH(QString, request);
    QFETCH(QString, tool);
    QFETCH(QStringList, words);
    Scene scene;
    (void)scene.answer(ca::study_request());
    scene.events.said.clear();
    scene.events.cards.clear();
    scene.entries.clear();
    const std::size_t before = scene.desk.carried_out;
    QCOMPARE(scene.answer(request.toStdString()).why, AdvisorEnd::Why::answered);
    QCOMPARE(scene.tools().back(), tool.toStdString());
    for (const QString &word : words)
        QVERIFY2(scene.text().find(word.toStdString()) != std::string::npos, scene.text().c_str());
    QVERIFY2(scene.figures(false) == 0 && scene.figures(true) > 0, scene.text().c_str());
    QCOMPARE(scene.desk.carried_out, before);
}

void TestOfflineAdvisor::computes_nothing_where_it_is_only_asked_data()
{
    QTest::addColumn<QString>("request");
    QTest::addColumn<QString>("says");
    QTest::addRow("stop") << "stop"
                          << "Nothing runs now";
    QTest::addRow("help") << "help"
                          << "without a language model";
    QTest::addRow("nonsense") << "colourless green ideas sleep furiously"
                              << "I do not understand";
    QTest::addRow("figures that are not understood") << "weigh the moon in 3.5 kg of cheese of 77.31 % fat"
                                                     << "I do not understand";
    QTest::addRow("nothing") << ""
                             << "without a language model";
    QTest::addRow("a trial that is not there") << "compare T7 and T99"
                                               << "That could not be done:";
    QTest::addRow("a layer that is not there") << "explain layer L077"
                                               << "That could not be done:";
}

void TestOfflineAdvisor::computes_nothing_where_it_is_only_asked()
{
    QFETCH(QString, request);
    QFETCH(QString, says);
    Scene scene;
    QCOMPARE(scene.answer(request.toStdString()).why, AdvisorEnd::Why::answered);
    QVERIFY2(scene.text().find(says.toStdString()) != std::string::npos, scene.text().c_str());
    QVERIFY(scene.desk.carried_out == 0 && scene.desk.constraints_set == 0 && scene.asked.empty());
    QVERIFY2(scene.figures(false) == 0, scene.text().c_str());
}

void TestOfflineAdvisor::goes_on_when_told()
{
    Scene scene;
    QCOMPARE(scene.answer("go on").why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.desk.study().trials.size(), planned_recipes().size());
    QVERIFY2(scene.figures(false) == 0, scene.text().c_str());
}

void TestOfflineAdvisor::runs_as_many_as_told()
{
    Scene scene;
    QCOMPARE(scene.answer("run 2 more trials").why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.desk.carried_out, std::size_t{2});
}

void TestOfflineAdvisor::limits_and_then_goes_on()
{
    Scene scene;
    QCOMPARE(scene.answer("keep the first layer and go on").why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.desk.constraints_set, std::size_t{1});
    QVERIFY(scene.desk.carried_out > 3);
    for (const ca::Trial &trial : scene.desk.study().trials)
        QVERIFY2(!trial.recipe.layers.contains("l00"), trial.id.c_str()); // in float, as it was asked for
    QVERIFY2(scene.figures(false) == 0, scene.text().c_str());
}

void TestOfflineAdvisor::stops_when_the_budget_is_used_up()
{
    Scene scene;
    scene.box.set_budget({3, 30});
    QCOMPARE(scene.answer(ca::study_request()).why, AdvisorEnd::Why::finished);
    QCOMPARE(scene.desk.carried_out, std::size_t{3});
    QVERIFY(scene.asked.empty()); // it does not want more than it has
}

void TestOfflineAdvisor::says_the_same_to_the_same()
{
    Scene one, other;
    (void)one.answer(ca::study_request());
    (void)other.answer(ca::study_request());
    QCOMPARE(one.text(), other.text());
    QVERIFY(one.advisor.history() == other.advisor.history());
}

QTEST_APPLESS_MAIN(TestOfflineAdvisor)
#include "test_offline_advisor.moc"
