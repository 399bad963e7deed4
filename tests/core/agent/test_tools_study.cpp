// SPDX-License-Identifier: GPL-3.0-or-later
// The tools over a study that runs, of a net that nobody trained.
#include "core/agent/tools/tools.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

using ca::Json;

namespace {

ca::ToolAnswer call(ca::ToolBox &tools, const char *name, const Json &arguments)
{
    return tools.call({"c", name, arguments.dump()});
}

Json ids_in(const Json &table)
{
    Json ids = Json::array();
    for (const Json &row : table["rows"])
        ids.push_back(row[0]);
    return ids;
}

} // namespace

class TestToolsStudy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void carries_out_what_the_planner_would();
    void compares_through_the_store();

private:
    ca::StudyOptions options(const std::string &name);
    ca::Result<ca::Study> drive(const ca::StudyOptions &options, const std::function<void(ca::ToolBox &)> &with);
    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_ = split_colours();
};

void TestToolsStudy::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

ca::StudyOptions TestToolsStudy::options(const std::string &name)
{
    ca::StudyOptions options;
    options.name = name;
    options.folder = std::filesystem::path(folder_.path().toStdString()) / name;
    options.latency = false;
    options.threads = 2;
    options.head = "agreement";
    options.max_trials = 6;
    options.round = 3;
    return options;
}

ca::Result<ca::Study> TestToolsStudy::drive(const ca::StudyOptions &options, const std::function<void(ca::ToolBox &)> &with)
{
    return ca::StudyRunner(model_, data_, options, {}, {}, {}).run([&](ca::StudyRunner &runner) -> ca::Status {
        ca::RunnerDesk desk(runner);
        ca::ToolBox tools(desk, {});
        with(tools);
        return {};
    });
}

/// Who does nothing but run what the overview lists does what the planner does by itself.
void TestToolsStudy::carries_out_what_the_planner_would()
{
    const auto planned = ca::run_study(model_, data_, options("planned"), {}, {}, {});
    QVERIFY2(planned, planned ? "" : planned.error().text().c_str());
    const auto tooled = drive(options("tooled"), [](ca::ToolBox &tools) {
        while (tools.trials_left() > 0) {
            const Json ids = ids_in(call(tools, "study_overview", Json::object()).content["proposals"]);
            if (ids.empty() || call(tools, "run_trials", {{"proposals", ids}}).failed)
                break;
        }
    });
    QVERIFY2(tooled, tooled ? "" : tooled.error().text().c_str());
    QVERIFY(planned->trials.size() >= 4);
    QCOMPARE(tooled->trials.size(), planned->trials.size());
    for (std::size_t i = 0; i < planned->trials.size(); ++i) {
        QCOMPARE(tooled->trials[i].recipe_hash, planned->trials[i].recipe_hash);
        QCOMPARE(tooled->trials[i].selection->accuracy.correct, planned->trials[i].selection->accuracy.correct);
        QCOMPARE(tooled->trials[i].predicted_drop, planned->trials[i].predicted_drop);
        QVERIFY(tooled->trials[i].origin == planned->trials[i].origin);
    }
    QVERIFY(tooled->rounds == planned->rounds);
}

void TestToolsStudy::compares_through_the_store()
{
    Json compared, explained, proposed;
    std::string summary;
    const auto study = drive(options("compared"), [&](ca::ToolBox &tools) {
        proposed =
            call(tools, "propose_recipe",
                 {{"name", "four bits"},
                  {"base", "int4-weight"},
                  {"layers",
                   {{{"ids", {"L001"}}, {"format", "fp32"}, {"activation", nullptr}, {"rounding", nullptr}, {"group", nullptr}}}},
                  {"target_bytes", nullptr},
                  {"reason", "the first layer suffers"},
                  {"expect", nullptr}})
                .content;
        const auto run = call(tools, "run_trials", {{"proposals", {"P1"}}});
        summary = run.summary;
        compared = call(tools, "compare_trials", {{"trials", {"T1", "T2"}}}).content;
        explained = call(tools, "explain_layer", {{"layer", "L001"}}).content;
        for (const ca::TextSpan &span : ca::look_up_figures(run.summary, tools.figures()))
            QVERIFY2(span.kind != ca::TextSpan::Kind::unproved, run.summary.c_str());
    });
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    const ca::Trial &trial = study->trials.at(1);
    QVERIFY(trial.state == ca::TrialState::done && trial.origin == ca::TrialOrigin::advisor && trial.name == "four bits");
    QVERIFY2(std::abs(proposed["bytes"].get<std::int64_t>() - trial.selection->size.value) <= 128, proposed.dump().c_str());
    // Both against float, image by image
    QVERIFY(compared["differences"][0]["paired"]["broken"] == trial.selection->versus_float->broken);
    QVERIFY(compared["differences"][0]["paired"]["fixed"] == trial.selection->versus_float->fixed);
    QVERIFY(explained["formats"]["rows"].size() > 4 && explained["weights"]["beta"]["alpha"].is_number());
}

QTEST_APPLESS_MAIN(TestToolsStudy)
#include "test_tools_study.moc"
