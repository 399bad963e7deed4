// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"
#include "core/study/study.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

namespace {

std::size_t in_state(const ca::Study &study, ca::TrialState state)
{
    return static_cast<std::size_t>(
        std::count_if(study.trials.begin(), study.trials.end(), [&](const ca::Trial &trial) { return trial.state == state; }));
}

ca::Json read_study(const std::filesystem::path &folder)
{
    QFile file(QString::fromStdString((folder / "study.json").string()));
    if (!file.open(QIODevice::ReadOnly))
        return {{"trials", ca::Json::array()}}; // it is not written before a trial is done
    const auto json = ca::parse_json(file.readAll().toStdString(), "study.json");
    return json ? *json : ca::Json{};
}

} // namespace

class TestRunStudy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void carries_out_what_the_planner_proposes();
    void writes_each_trial_before_the_next_begins();
    void writes_the_contract_of_the_command_line();
    void leaves_only_its_results_in_the_folder();
    void weighs_what_the_export_weighs();
    void keeps_to_the_number_of_trials_and_images();
    void keeps_what_was_finished_when_stopped();
    void writes_nothing_when_stopped_before_a_trial_is_done();
    void writes_nothing_where_float_fails();
    void cancels_what_the_time_does_not_reach();
    void waiting_before_a_trial_takes_no_time_of_the_study();
    void measures_the_front_on_holdout_when_the_time_is_up();
    void goes_on_when_trials_fail();
    void compares_with_float_where_labels_do_not_serve();
    void answers_by_a_probe_and_weighs_the_model();
    void says_what_keeps_it_from_starting();

private:
    ca::StudyOptions options(const std::string &name);
    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_ = split_colours();
};

ca::StudyOptions TestRunStudy::options(const std::string &name)
{
    ca::StudyOptions options;
    options.name = name;
    options.folder = std::filesystem::path(folder_.path().toStdString()) / name;
    options.latency = false;
    options.threads = 2;
    return options;
}

void TestRunStudy::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

void TestRunStudy::carries_out_what_the_planner_proposes()
{
    auto with_latency = options("whole");
    with_latency.latency = true;
    with_latency.max_trials = 10;
    with_latency.head = "agreement"; // of a net that nobody trained: each lost bit shows, and the planner goes on
    const auto study = ca::run_study(model_, data_, with_latency, {}, {}, {});
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QVERIFY(study->trials.size() >= 6 && study->trials.size() <= 10); // it ends where nothing is to be gained
    for (const ca::Trial &trial : study->trials) {
        QVERIFY2(trial.state == ca::TrialState::done, (trial.id + ": " + trial.error).c_str());
        QCOMPARE(trial.selection->accuracy.n, std::int64_t{100});
        // What smoothing and bias correction find is noted in the file as some words of JSON.
        QVERIFY2(std::abs(trial.predicted_bytes.value - trial.selection->size.value) <= 128,
                 (trial.name + ": " + std::to_string(trial.selection->size.value - trial.predicted_bytes.value)).c_str());
        QVERIFY(trial.selection->latency.has_value());
        QCOMPARE(trial.selection->latency->batch1.has_value(), trial.selection->latency->real);
        QCOMPARE(trial.selection->versus_float.has_value(), trial.id != "T1");
        QCOMPARE(trial.holdout.has_value(), trial.on_front || trial.id == "T1");
    }
    QCOMPARE(study->trials[0].method, std::string("fp32"));
    QVERIFY(study->trials[0].origin == ca::TrialOrigin::baseline);
    QVERIFY(study->float_bytes == study->trials[0].selection->size);
    QCOMPARE(study->float_holdout->accuracy.n, std::int64_t{100});
    QCOMPARE(study->hypervolume.size(), study->trials.size());
    for (std::size_t i = 1; i < study->hypervolume.size(); ++i)
        QVERIFY(study->hypervolume[i].second >= study->hypervolume[i - 1].second); // more points never cover less
    QVERIFY(study->smallest && study->fastest && study->balanced);
}

void TestRunStudy::writes_each_trial_before_the_next_begins()
{
    const auto here = options("order");
    std::vector<std::string> running;
    std::size_t finished = 0;
    bool in_order = true;
    const ca::TrialSink sink = [&](const ca::Study &, const ca::Trial &trial) {
        if (trial.state == ca::TrialState::running) {
            const ca::Json json = read_study(here.folder);
            std::size_t on_disk = 0;
            for (const auto &written : json["trials"])
                on_disk += written["state"] == "done" ? 1U : 0U;
            in_order = in_order && on_disk == running.size();
            running.push_back(trial.id);
        }
        finished += trial.state == ca::TrialState::done ? 1U : 0U;
    };
    const auto study = ca::run_study(model_, data_, here, sink, {}, {});
    QVERIFY(study);
    QVERIFY(in_order);
    QCOMPARE(finished, study->trials.size());
    for (std::size_t i = 0; i < running.size(); ++i)
        QCOMPARE(running[i], "T" + std::to_string(i + 1));
}

void TestRunStudy::writes_the_contract_of_the_command_line()
{
    auto here = options("contract");
    here.max_trials = 2;
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    const ca::Json json = read_study(here.folder);
    for (const char *key : {"study", "model", "data", "splits", "device", "seed", "float", "trials", "front", "hypervolume",
                            "recommended", "rounds", "llm", "seconds", "files"})
        QVERIFY2(json.contains(key), key);
    for (const char *key : {"id", "parent", "origin", "reason", "method", "recipe", "recipe_hash", "predicted", "state",
                            "selection", "holdout", "on_front", "seconds", "error"})
        QVERIFY2(json["trials"][1].contains(key), key);
    QCOMPARE(json["splits"]["selection"]["size"].dump(), std::string("100"));
    QCOMPARE(json["splits"]["selection"]["hash"].get<std::string>(), data_.selection.hash());
    QCOMPARE(json["llm"]["provider"].dump(), std::string("\"offline\""));
    QCOMPARE(json["rounds"][0]["number"].dump(), std::string("1"));
    for (const char *key : {"constraints", "answer", "over"})
        QVERIFY2(json.contains(key), key);
    QVERIFY(json["float"]["selection"]["n"] == 100);
    QVERIFY(json["trials"][1]["parent"].is_null() && json["trials"][1]["error"].is_null());
    QVERIFY(ca::recipe_from_json(json["trials"][1]["recipe"]).value() == study->trials[1].recipe);
}

void TestRunStudy::leaves_only_its_results_in_the_folder()
{
    auto here = options("clean");
    here.max_trials = 6;
    QVERIFY(QDir().mkpath(QString::fromStdString(here.folder.string())));
    for (const char *left : {".trial.safetensors", "..trial.safetensors.4711.part", ".study.json.12.part", "mine.part"}) {
        QFile file(QString::fromStdString((here.folder / left).string())); // of a run that was killed, but for the last
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    const QDir folder(QString::fromStdString(here.folder.string()));
    QCOMPARE(folder.entryList(QDir::Files | QDir::Hidden, QDir::Name),
             (QStringList{"mine.part", "study.db", "study.json", "study.lock"}));
    // The exports of the front, by the hashes of their recipes, and nothing else.
    QStringList front;
    for (const ca::Trial &trial : study->trials)
        if (trial.on_front)
            front.push_back(QString::fromStdString(trial.recipe_hash) + ".safetensors");
    front.sort();
    QCOMPARE(QDir(folder.filePath("trials")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name),
             front);
}

void TestRunStudy::weighs_what_the_export_weighs()
{
    auto here = options("weight");
    here.max_trials = 6;
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    const auto trial =
        std::find_if(study->trials.begin(), study->trials.end(), [](const ca::Trial &t) { return t.method == "int4-weight"; });
    QVERIFY(trial != study->trials.end());
    const auto quantized = ca::quantize(model_, {trial->recipe, {}}, {data_.calibration, {}}, 1, {}, {});
    QVERIFY(quantized);
    const std::filesystem::path file = here.folder / "kept.safetensors";
    QVERIFY(ca::write_export(*quantized, file));
    QCOMPARE(trial->selection->size.value, static_cast<std::int64_t>(std::filesystem::file_size(file)));
}

void TestRunStudy::keeps_to_the_number_of_trials_and_images()
{
    auto here = options("few");
    here.max_trials = 3;
    here.samples = 40;
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    QCOMPARE(study->trials.size(), std::size_t{3});
    QCOMPARE(study->trials[2].selection->accuracy.n, std::int64_t{40});
    QCOMPARE(study->float_holdout->accuracy.n, std::int64_t{40});
    here.folder.clear(); // nothing is written then, and nothing else differs
    const auto unwritten = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(unwritten);
    QVERIFY(unwritten->trials[1].selection->size == study->trials[1].selection->size);
    QCOMPARE(unwritten->trials[1].selection->accuracy.correct, study->trials[1].selection->accuracy.correct);
}

void TestRunStudy::keeps_what_was_finished_when_stopped()
{
    const auto here = options("stopped");
    std::stop_source source;
    const ca::TrialSink sink = [&](const ca::Study &, const ca::Trial &trial) {
        if (trial.id == "T3" && trial.state == ca::TrialState::running)
            source.request_stop();
    };
    const auto study = ca::run_study(model_, data_, here, sink, source.get_token(), {});
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(in_state(*study, ca::TrialState::done), std::size_t{2});
    QCOMPARE(in_state(*study, ca::TrialState::cancelled), study->trials.size() - 2);
    const ca::Json json = read_study(here.folder);
    QVERIFY(json["trials"][1]["state"] == "done");
    QVERIFY(json["trials"].back()["state"] == "cancelled");
    QCOMPARE(json["files"].size(), std::size_t{4});

    const auto early = options("stopped at once");
    const auto at_once = ca::run_study(model_, data_, early, {}, source.get_token(), {});
    QVERIFY(!at_once);
    QVERIFY(at_once.error().code == ca::ErrorCode::cancelled);
    QVERIFY(!std::filesystem::exists(early.folder / "study.db") && !std::filesystem::exists(early.folder / "trials"));
}

void TestRunStudy::writes_nothing_when_stopped_before_a_trial_is_done()
{
    const auto here = options("stopped early");
    std::stop_source source;
    const ca::TrialSink sink = [&](const ca::Study &, const ca::Trial &trial) {
        if (trial.id == "T1" && trial.state == ca::TrialState::running)
            source.request_stop();
    };
    const auto study = ca::run_study(model_, data_, here, sink, source.get_token(), {});
    QVERIFY(study);
    QCOMPARE(in_state(*study, ca::TrialState::cancelled), study->trials.size());
    QVERIFY(!ca::has_results(*study));
    QVERIFY(!std::filesystem::exists(here.folder));
}

void TestRunStudy::writes_nothing_where_float_fails()
{
    const auto content = ca::load_model(write_scripted_net(folder_.path().toStdString(), "content"), {}, {}, {});
    QVERIFY2(content, content ? "" : content.error().text().c_str());
    const auto here = options("no float");
    const auto study = ca::run_study(*content, data_, here, {}, {}, {}); // it runs and cannot be exported
    QVERIFY(!study);
    QVERIFY(!std::filesystem::exists(here.folder));
}

void TestRunStudy::cancels_what_the_time_does_not_reach()
{
    auto here = options("late");
    here.minutes = 0;
    const auto at_once = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(at_once);
    QVERIFY(at_once->trials[0].state == ca::TrialState::done); // float is what all else is compared with
    QCOMPARE(at_once->trials.size(), std::size_t{1});          // nothing is proposed for which there is no time
    QVERIFY(at_once->float_holdout.has_value());

    here = options("late in a round");
    here.minutes = 0.05; // 3 s
    const ca::TrialSink slow = [](const ca::Study &, const ca::Trial &trial) {
        if (trial.id == "T2" && trial.state == ca::TrialState::running)
            QTest::qSleep(3100);
    };
    const auto study = ca::run_study(model_, data_, here, slow, {}, {});
    QVERIFY(study);
    const std::size_t cancelled = in_state(*study, ca::TrialState::cancelled);
    QVERIFY(cancelled > 0);
    QCOMPARE(cancelled + in_state(*study, ca::TrialState::done), study->trials.size());
    QVERIFY(study->trials.back().error.find("time") != std::string::npos);
}

void TestRunStudy::waiting_before_a_trial_takes_no_time_of_the_study()
{
    auto here = options("paused");
    here.max_trials = 2;
    here.minutes = 0.1; // 6 s, many times what two trials of this net take
    here.before_trial = [calls = 0](std::stop_token) mutable {
        if (++calls == 2)
            QTest::qSleep(6100);
    };
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    QCOMPARE(in_state(*study, ca::TrialState::done), std::size_t{2});
    QVERIFY(study->seconds < 6);
}

void TestRunStudy::measures_the_front_on_holdout_when_the_time_is_up()
{
    auto here = options("late holdout");
    here.max_trials = 2;
    here.minutes = 0.05; // 3 s, many times what two trials of this net take
    const ca::TrialSink sink = [](const ca::Study &, const ca::Trial &trial) {
        if (trial.id == "T2" && trial.state == ca::TrialState::done)
            QTest::qSleep(3100);
    };
    const auto study = ca::run_study(model_, data_, here, sink, {}, {});
    QVERIFY(study);
    QVERIFY(study->trials[1].state == ca::TrialState::done && study->trials[1].on_front); // nothing else is as small
    QVERIFY(study->float_holdout && study->trials[1].holdout);
}

void TestRunStudy::goes_on_when_trials_fail()
{
    ca::DataSet without = data_;
    without.calibration.indices.clear();
    auto here = options("failing");
    here.preprocess = "cifar10";
    const auto study = ca::run_study(model_, without, here, {}, {}, {});
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    for (const ca::Trial &trial : study->trials) {
        const bool is_static = std::any_of(trial.recipe.layers.begin(), trial.recipe.layers.end(), [](const auto &layer) {
            return layer.second.activation == ca::Activation::static_int8;
        });
        QVERIFY2(trial.state == (is_static ? ca::TrialState::failed : ca::TrialState::done), trial.error.c_str());
        QCOMPARE(trial.error.empty(), !is_static);
    }
}

void TestRunStudy::compares_with_float_where_labels_do_not_serve()
{
    auto here = options("agreement");
    here.head = "agreement";
    here.max_trials = 3;
    const auto study = ca::run_study(model_, data_, here, {}, {}, {});
    QVERIFY(study);
    QCOMPARE(study->float_selection->accuracy.top1(), 1.0); // float agrees with itself
    QVERIFY(study->trials[2].selection->accuracy.per_class.empty());
    QVERIFY(study->trials[2].selection->versus_float->fixed == 0);
}

void TestRunStudy::answers_by_a_probe_and_weighs_the_model()
{
    ca::DataSet data = data_;
    data.calibration = whole_split(coloured_images(20, 10, 6), "calibration");
    auto here = options("probe");
    here.max_trials = 2; // float, and int8 with static activations
    const auto plain = ca::run_study(model_, data, here, {}, {}, {});
    here = options("probed");
    here.max_trials = 2;
    here.head = "probe";
    const auto probed = ca::run_study(model_, data, here, {}, {}, {});
    QVERIFY2(plain, plain ? "" : plain.error().text().c_str());
    QVERIFY2(probed, probed ? "" : probed.error().text().c_str());
    for (std::size_t i = 0; i < 2; ++i) {
        const ca::Trial &trial = probed->trials[i];
        QVERIFY2(trial.state == ca::TrialState::done, trial.error.c_str());
        QVERIFY(trial.selection->accuracy.top1() > 0.5); // by chance 0.1
        QCOMPARE(trial.selection->size.value, plain->trials[i].selection->size.value);
        QCOMPARE(trial.recipe_hash, plain->trials[i].recipe_hash);
    }
}

void TestRunStudy::says_what_keeps_it_from_starting()
{
    ca::DataSet empty = data_;
    empty.selection.indices.clear();
    QVERIFY(ca::run_study(model_, empty, options("empty"), {}, {}, {}).error().code == ca::ErrorCode::bad_data);
    auto wrong = options("wrong");
    wrong.head = "softmax";
    QVERIFY(ca::run_study(model_, data_, wrong, {}, {}, {}).error().code == ca::ErrorCode::usage);
    wrong.head = "probe"; // four calibration images of a class
    QVERIFY(ca::run_study(model_, data_, wrong, {}, {}, {}).error().code == ca::ErrorCode::bad_data);
    QFile in_the_way(folder_.filePath("blocked"));
    QVERIFY(in_the_way.open(QIODevice::WriteOnly));
    QVERIFY(ca::run_study(model_, data_, options("blocked"), {}, {}, {}).error().code == ca::ErrorCode::unwritable);
}

QTEST_APPLESS_MAIN(TestRunStudy)
#include "test_run_study.moc"
