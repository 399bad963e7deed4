// SPDX-License-Identifier: GPL-3.0-or-later
// What an advisor is worth beside the planner. Two studies of one model with 16 trials each, float among them. In one the advisor
// is good: of each round it runs what the planner proposes and, once, an idea of its own that the scan suggests. In the other it
// is useless: it proposes what is refused, wastes trials on recipes that save next to nothing, and then its provider fails, so
// that the planner goes on alone with what is left. Compared are the hypervolumes of size and accuracy of all their trials, by
// the drops that the made-up world truly has, without the noise of measurements.
#include "core/agent/advisor.h"
#include "core/agent/offline_advisor.h"
#include "tests/support/planned_desk.h"
#include "tests/support/scripted_chat.h"
#include "tests/support/tool_calls.h"

#include <QtTest>

using ca::Json;

namespace {

constexpr std::size_t kTrials = 16;
constexpr std::size_t kIdeas = 2; // of the good advisor

using Call = std::pair<std::string, std::string>;

Call wanted(const char *tool, const Json &arguments)
{
    return {tool, arguments.dump()};
}

/// What the tool gave that was called last.
Json last_result(const ca::ChatRequest &request)
{
    const ca::ChatMessage &last = request.messages.back();
    return last.role == ca::ChatRole::tool ? Json::parse(last.text) : Json();
}

/// Reads the scan, tests what it suggests, runs what the planner proposes, and ends when nothing is left.
class GoodAdvisor {
public:
    ca::ChatResult<ca::ChatTurn> operator()(const ca::ChatRequest &request)
    {
        return ScriptedChat::calls({next(last_result(request))})(request);
    }

private:
    Call next(const Json &result)
    {
        if (sensitive_.is_null() && !result.contains("table"))
            return wanted("sensitivity", {{"sort", "divergence"}, {"format", "int4"}, {"limit", kIdeas}, {"layers", nullptr}});
        if (sensitive_.is_null())
            sensitive_ = column(result["table"], "id");
        if (result.contains("proposal"))
            return wanted("run_trials", {{"proposals", {result["proposal"]}}});
        if (!result.contains("proposals"))
            return wanted("study_overview", Json::object());
        const Json ids = column(result["proposals"], "id");
        if (++overviews_ > 1 && ideas_ < kIdeas && result["budget"]["trials_left"] > 0)
            return idea();
        if (ids.empty() || result["budget"]["trials_left"] == 0)
            return wanted("finish", {{"summary", "That is all that is worth a trial."}, {"recommended", nullptr}});
        Json run = Json::array();
        for (std::size_t i = 0; i < std::min(ids.size(), result["budget"]["trials_left"].get<std::size_t>()); ++i)
            run.push_back(ids[i]);
        return wanted("run_trials", {{"proposals", run}});
    }

    /// Few bits everywhere but in the layers that suffer most.
    Call idea()
    {
        Json kept = Json::array();
        for (std::size_t i = 0; i <= ideas_; ++i)
            kept.push_back(sensitive_[i]);
        ++ideas_;
        return wanted("propose_recipe", proposal("int4-weight", Json::array({change(kept, "int8")})));
    }

    Json sensitive_ = nullptr;
    std::size_t overviews_ = 0, ideas_ = 0;
};

/// One layer in eight bits, the others in float: a trial for nothing. With each a proposal that nobody can carry out.
ScriptedChat::Answer useless_idea(int layers, int layer)
{
    return [=](const ca::ChatRequest &request) {
        const auto id = [](int number) { return (number < 10 ? "L00" : "L0") + std::to_string(number); };
        std::vector<std::string> others;
        for (int i = 1; i <= layers; ++i)
            if (i != layer)
                others.push_back(id(i));
        return ScriptedChat::calls({wanted("propose_recipe", proposal("int5-magic")),
                                    wanted("propose_recipe", proposal("int8-weight", Json::array({change(others, "fp32")}))),
                                    wanted("propose_recipe", proposal(nullptr))})(request);
    };
}

ScriptedChat::Answer runs_what_was_taken()
{
    return [](const ca::ChatRequest &request) {
        Json ids = Json::array();
        for (const ca::ChatMessage &message : request.messages)
            if (message.role == ca::ChatRole::tool && !message.failed)
                if (const Json result = Json::parse(message.text); result.contains("proposal"))
                    ids = Json::array({result["proposal"]});
        return ScriptedChat::calls({wanted("run_trials", {{"proposals", ids}})})(request);
    };
}

std::vector<ScriptedChat::Answer> useless_advisor(int layers)
{
    return {useless_idea(layers, 1), runs_what_was_taken(), useless_idea(layers, 2), runs_what_was_taken(),
            ScriptedChat::fails(ca::FailureKind::billing, "There is no credit left.")};
}

struct Outcome {
    double hypervolume = 0;
    std::size_t trials = 0, of_advisor = 0;
};

Outcome outcome_of(int layers, std::vector<ScriptedChat::Answer> script)
{
    PlannedDesk desk(layers, kTrials);
    ScriptedChat model(std::move(script));
    ca::OfflineAdvisor offline;
    KeptEvents events;
    ca::ToolOptions tools;
    tools.budget = {kTrials, 30};
    ca::ToolBox box(desk, std::move(tools));
    ca::AdvisorOptions options;
    options.must_finish = true;
    ca::Advisor advisor(model, offline, box, events, std::move(options));
    const auto end = advisor.answer(ca::study_request(), {});
    if (!end || end->why != ca::AdvisorEnd::Why::finished)
        qFatal("It did not finish.");
    Outcome outcome;
    outcome.hypervolume = desk.world().true_hypervolume(ca::trial_results(desk.study()));
    outcome.trials = desk.study().trials.size();
    for (const ca::Trial &trial : desk.study().trials)
        outcome.of_advisor += trial.origin == ca::TrialOrigin::advisor ? 1 : 0;
    return outcome;
}

} // namespace

class TestAdvisorValue final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_good_advisor_loses_nothing_to_a_useless_one_data();
    void a_good_advisor_loses_nothing_to_a_useless_one();
};

void TestAdvisorValue::a_good_advisor_loses_nothing_to_a_useless_one_data()
{
    QTest::addColumn<int>("layers");
    QTest::addRow("6 layers") << 6;
    QTest::addRow("20 layers") << 20;
}

void TestAdvisorValue::a_good_advisor_loses_nothing_to_a_useless_one()
{
    QFETCH(int, layers);
    const Outcome good = outcome_of(layers, {GoodAdvisor()});
    const Outcome useless = outcome_of(layers, useless_advisor(layers));
    QCOMPARE(good.of_advisor, kIdeas); // both did what they are here for
    QCOMPARE(useless.of_advisor, std::size_t{2});
    QVERIFY(good.trials <= kTrials && useless.trials <= kTrials);
    const QByteArray said = QByteArray::number(good.hypervolume, 'f', 4) + " of " + QByteArray::number(good.trials) + " trials, "
        + QByteArray::number(useless.hypervolume, 'f', 4) + " of " + QByteArray::number(useless.trials);
    qInfo("hypervolume: %s", said.constData());
    QVERIFY2(good.hypervolume >= 0.99 * useless.hypervolume, said.constData());
}

QTEST_APPLESS_MAIN(TestAdvisorValue)
#include "test_advisor_value.moc"
