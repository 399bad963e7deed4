// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results.h"
#include "tests/core/report/csv_records.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

namespace {

ca::Trial done_trial(const std::string &id, const std::string &method, std::int64_t size, std::int64_t correct)
{
    ca::Trial trial;
    trial.id = id;
    trial.method = method;
    trial.name = method;
    trial.state = ca::TrialState::done;
    trial.recipe_hash = "abc";
    trial.seconds = 1.5;
    ca::Measurement measured;
    measured.accuracy.n = 200;
    measured.accuracy.correct = correct;
    measured.accuracy.interval = {0.25, 0.75};
    measured.size = ca::bytes(size);
    trial.selection = measured;
    return trial;
}

/// Float and one int8 trial done, one failed with awkward text.
ca::Study some_study()
{
    ca::Study study;
    study.name = "s";
    study.model_name = "net";
    study.data_name = "pictures & <words>";
    study.float_bytes = ca::bytes(4000);
    study.trials = {done_trial("T1", "fp32", 4000, 150), done_trial("T2", "static-int8", 1000, 149)};
    study.trials[0].on_front = true;
    ca::Measurement &measured = *study.trials[1].selection;
    measured.versus_float = ca::PairedComparison{1, 2, 1, "same"};
    measured.accuracy.top5 = 0.995;
    ca::Latency latency;
    latency.batch1 = ca::MedianInterval{1.5, 1.25, 2};
    measured.latency = latency;
    study.trials[1].holdout = study.trials[0].selection;
    ca::Trial failed;
    failed.id = "T3";
    failed.method = "mixed";
    failed.name = "mixed, 3.5 bits";
    failed.state = ca::TrialState::failed;
    failed.error = "It said \"no\".";
    study.trials.push_back(failed);
    return study;
}

std::string cell(const ca::Study &study, std::size_t row, const std::string &column)
{
    return csv_cell(ca::trials_csv(study), row, column);
}

} // namespace

class TestResults final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void draws_only_finished_trials();
    void places_trials_that_ended_early_by_their_change();
    void writes_a_row_for_each_trial_with_equal_fields();
    void writes_the_figures_of_a_trial();
    void quotes_what_needs_it();
    void lets_no_name_be_a_formula();
    void leaves_out_times_of_what_was_simulated();
    void writes_its_files_beside_the_study();
    void says_when_the_folder_is_not_there();
    void names_recipes_so_that_they_sort();
};

void TestResults::draws_only_finished_trials()
{
    const auto points = ca::chart_points(some_study());
    QCOMPARE(points.size(), std::size_t{2});
    QCOMPARE(points[0].label, std::string("T1"));
    QVERIFY(points[0].is_float && points[0].on_front);
    QVERIFY(!points[1].is_float && !points[1].on_front);
    QCOMPARE(points[1].bytes, 1000.0);
    QCOMPARE(points[1].accuracy, 0.745); // 149 of 200
    QCOMPARE(points[1].low, 0.25);
    QCOMPARE(points[1].high, 0.75);
}

void TestResults::places_trials_that_ended_early_by_their_change()
{
    ca::Study study = some_study();
    study.float_selection = study.trials[0].selection; // 150 of 200
    ca::Measurement &early = *study.trials[1].selection;
    early.accuracy.n = 100;
    early.accuracy.correct = 80; // easy images: float has 81 of them
    early.accuracy.interval = {0.5, 0.98};
    const auto points = ca::chart_points(study);
    QCOMPARE(points.size(), std::size_t{2});
    QCOMPARE(points[0].ended_early_at, std::int64_t{0});
    QCOMPARE(points[1].ended_early_at, std::int64_t{100});
    QVERIFY(std::abs(points[1].accuracy - 0.74) < 1e-12); // 0.75, less one of 100
    QVERIFY(std::abs(points[1].low - 0.44) < 1e-12 && std::abs(points[1].high - 0.92) < 1e-12);
    early.versus_float.reset();
    QCOMPARE(ca::chart_points(study).size(), std::size_t{1});
}

void TestResults::writes_a_row_for_each_trial_with_equal_fields()
{
    const auto records = read_csv(ca::trials_csv(some_study()));
    QCOMPARE(records.size(), std::size_t{4});
    for (const auto &record : records)
        QCOMPARE(record.size(), records[0].size());
    QCOMPARE(read_csv(ca::trials_csv(ca::Study{})).size(), std::size_t{1});
}

void TestResults::writes_the_figures_of_a_trial()
{
    const ca::Study study = some_study();
    QCOMPARE(cell(study, 2, "id"), std::string("T2"));
    QCOMPARE(cell(study, 2, "bytes"), std::string("1000"));
    QCOMPARE(cell(study, 2, "ratio"), std::string("4.000"));
    QCOMPARE(cell(study, 2, "top1"), std::string("0.745"));
    QCOMPARE(cell(study, 2, "top5"), std::string("0.995"));
    QCOMPARE(cell(study, 2, "broken"), std::string("2"));
    QCOMPARE(cell(study, 2, "verdict"), std::string("same"));
    QCOMPARE(cell(study, 2, "latency_ms"), std::string("1.5"));
    QCOMPARE(cell(study, 2, "kernel"), std::string("real"));
    QCOMPARE(cell(study, 2, "holdout_top1"), std::string("0.75"));
    QCOMPARE(cell(study, 1, "on_front"), std::string("1"));
    QCOMPARE(cell(study, 1, "verdict"), std::string());
    QCOMPARE(cell(study, 3, "state"), std::string("failed"));
    QCOMPARE(cell(study, 3, "on_front"), std::string("0"));
}

void TestResults::quotes_what_needs_it()
{
    const std::string text = ca::trials_csv(some_study());
    QVERIFY(text.find("\"mixed, 3.5 bits\"") != std::string::npos);
    QVERIFY(text.find("\"It said \"\"no\"\".\"") != std::string::npos);
    QCOMPARE(cell(some_study(), 3, "error"), std::string("It said \"no\"."));
}

void TestResults::lets_no_name_be_a_formula()
{
    ca::Study study = some_study();
    study.trials[1].name = "=HYPERLINK(\"x\")";
    QCOMPARE(cell(study, 2, "name"), std::string("'=HYPERLINK(\"x\")"));
}

void TestResults::leaves_out_times_of_what_was_simulated()
{
    ca::Study study = some_study();
    study.trials[1].selection->latency->real = false;
    QCOMPARE(cell(study, 2, "latency_ms"), std::string());
    QCOMPARE(cell(study, 2, "kernel"), std::string("simulated"));
}

void TestResults::writes_its_files_beside_the_study()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const auto files = ca::write_results(some_study(), path);
    QVERIFY(files);
    QCOMPARE(files->size(), std::size_t{3});
    QCOMPARE(files->at(0).filename().string(), std::string("study.json"));
    QCOMPARE(files->at(1).filename().string(), std::string("trials.csv"));
    QCOMPARE(files->at(2).filename().string(), std::string("pareto.svg"));
    QFile svg(folder.filePath("pareto.svg"));
    QVERIFY(svg.open(QIODevice::ReadOnly));
    const QByteArray drawing = svg.readAll();
    QVERIFY(drawing.contains("net on pictures &amp; &lt;words&gt;"));
}

void TestResults::says_when_the_folder_is_not_there()
{
    const QTemporaryDir folder;
    const auto files = ca::write_results(some_study(), std::filesystem::path(folder.path().toStdString()) / "none");
    QVERIFY(!files);
    QVERIFY(files.error().code == ca::ErrorCode::unwritable);
}

void TestResults::names_recipes_so_that_they_sort()
{
    ca::Study study = some_study();
    QCOMPARE(ca::recipe_file(study, study.trials[1]), std::string("recipes/T002_front.json"));
    study.balanced = study.smallest = "T2";
    QCOMPARE(ca::recipe_file(study, study.trials[1]), std::string("recipes/T002_balanced_smallest.json"));
    const auto named = [&](const std::string &id) {
        ca::Trial trial;
        trial.id = id;
        return ca::recipe_file(study, trial);
    };
    QCOMPARE(named("T48"), std::string("recipes/T048_front.json"));
    QCOMPARE(named("T1234"), std::string("recipes/T1234_front.json"));
    QCOMPARE(named("../../x"), std::string("recipes/______x_front.json"));
    QCOMPARE(named(""), std::string("recipes/_front.json"));
}

QTEST_APPLESS_MAIN(TestResults)
#include "test_results.moc"
