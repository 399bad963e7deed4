// SPDX-License-Identifier: GPL-3.0-or-later
// A study with an advisor beside the same study without one, of a net that nobody trained.
#include "core/agent/agent_study.h"

#include "tests/support/datasets.h"
#include "tests/support/scripted_chat.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

using ca::Json;

class TestAgentStudy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void comes_to_what_the_planner_comes_to();
    void comes_to_the_same_when_it_is_interrupted();
    void counts_what_a_model_used();

private:
    ca::StudyOptions options(const std::string &name) const;
    ca::Result<ca::Study> advised(const ca::StudyOptions &options, const ca::AgentOptions &agent = {},
                                  const ca::TrialSink &on_trial = {}, std::stop_token stop = {});
    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_ = split_colours();
    ca::Study planned_;
    KeptEvents events_{};
};

namespace {

/// As far as chance and clocks have no part in it.
QByteArray findings(const ca::Study &study)
{
    Json trials = Json::array();
    for (const ca::Trial &trial : study.trials)
        trials.push_back({trial.id, to_text(trial.state), to_text(trial.origin), trial.method, trial.name, trial.recipe_hash,
                          Json(ca::or_null(trial.predicted_drop)),
                          trial.selection ? Json(trial.selection->accuracy.correct) : Json(nullptr),
                          trial.selection ? Json(trial.selection->size.value) : Json(nullptr),
                          trial.holdout ? Json(trial.holdout->accuracy.correct) : Json(nullptr), trial.on_front});
    Json rounds = Json::array();
    for (const ca::StudyRound &round : study.rounds)
        rounds.push_back({round.summary, round.first_trial});
    return QByteArray::fromStdString(Json{{"trials", trials},
                                          {"rounds", rounds},
                                          {"why_over", study.why_over},
                                          {"balanced", Json(ca::or_null(study.balanced))},
                                          {"smallest", Json(ca::or_null(study.smallest))}}
                                         .dump(1));
}

} // namespace

void TestAgentStudy::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
    auto planned = ca::run_study(model_, data_, options("planned"), {}, {}, {});
    QVERIFY2(planned, planned ? "" : planned.error().text().c_str());
    planned_ = std::move(*planned);
    QVERIFY(planned_.trials.size() >= 6);
}

ca::StudyOptions TestAgentStudy::options(const std::string &name) const
{
    ca::StudyOptions options;
    options.name = "one";
    options.folder = std::filesystem::path(folder_.path().toStdString()) / name;
    options.latency = false;
    options.threads = 2;
    options.head = "agreement";
    options.max_trials = 8;
    options.round = 3;
    return options;
}

ca::Result<ca::Study> TestAgentStudy::advised(const ca::StudyOptions &options, const ca::AgentOptions &agent,
                                              const ca::TrialSink &on_trial, std::stop_token stop)
{
    return ca::run_agent_study(model_, data_, options, agent, events_, on_trial, std::move(stop), {});
}

void TestAgentStudy::comes_to_what_the_planner_comes_to()
{
    const auto study = advised(options("advised"));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(findings(*study), findings(planned_));
    QVERIFY(study->llm == ca::LanguageModelUse()); // nothing was asked over a network
}

void TestAgentStudy::comes_to_the_same_when_it_is_interrupted()
{
    for (const char *last : {"T1", "T3", "T5"}) {
        ca::StudyOptions whole = options(std::string("until") + last);
        std::stop_source stop;
        const ca::TrialSink on_trial = [&](const ca::Study &, const ca::Trial &trial) {
            if (trial.id == last && trial.state == ca::TrialState::done)
                stop.request_stop();
        };
        const auto part = advised(whole, {}, on_trial, stop.get_token());
        QVERIFY2(!part || part->trials.back().state != ca::TrialState::done || part->trials.size() < planned_.trials.size(),
                 last); // it was interrupted indeed
        whole.resume = true;
        const auto study = advised(whole);
        QVERIFY2(study, study ? "" : study.error().text().c_str());
        QCOMPARE(findings(*study), findings(planned_));
    }
}

/// Two turns of a model, then the offline advisor to the end.
void TestAgentStudy::counts_what_a_model_used()
{
    ca::AgentOptions agent;
    agent.model = std::make_shared<ScriptedChat>(std::vector<ScriptedChat::Answer>{
        ScriptedChat::calls({{"study_overview", "{}"}}), ScriptedChat::calls({{"run_trials", R"({"proposals":["P1"]})"}}),
        ScriptedChat::fails(ca::FailureKind::billing, "There is no credit left.")});
    agent.price = ca::Price{.model = "script-1", .input = 2, .output = 8};
    const ca::StudyOptions whole = options("counted");
    const auto study = advised(whole, agent);
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(study->llm.provider, std::string("scripted"));
    QCOMPARE(study->llm.model, std::string("script-1"));
    QCOMPARE(study->llm.requests, std::size_t{2});
    QCOMPARE(study->llm.input_tokens, std::int64_t{200});
    QCOMPARE(study->llm.output_tokens, std::int64_t{20});
    QVERIFY(study->llm.cost && std::abs(*study->llm.cost - (200 * 2 + 20 * 8) / 1e6) < 1e-12);
    QVERIFY(events_.has_notice("There is no credit left. The offline advisor goes on."));
    QVERIFY(study->trials.size() >= planned_.trials.size() - 1);
    ca::StudyOptions again = whole; // what was used counts on
    again.resume = true;
    const auto resumed = advised(again);
    QVERIFY2(resumed, resumed ? "" : resumed.error().text().c_str());
    QVERIFY(resumed->llm == study->llm);
}

QTEST_APPLESS_MAIN(TestAgentStudy)
#include "test_agent_study.moc"
