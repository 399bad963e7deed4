// SPDX-License-Identifier: GPL-3.0-or-later
// A study that goes on: what was measured stays, and the rest is what it would have been.
#include "core/study/load_study.h"
#include "core/study/run_trial.h"
#include "core/study/study.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include <map>

namespace {

namespace fs = std::filesystem;

struct Begun {
    std::map<std::string, int> times; ///< by trial
    ca::TrialSink sink(std::stop_source *stop = nullptr, const std::string &at = {})
    {
        return [this, stop, at](const ca::Study &, const ca::Trial &trial) {
            if (trial.state == ca::TrialState::running)
                ++times[trial.id];
            if (stop && trial.id == at && trial.state == ca::TrialState::running)
                stop->request_stop();
        };
    }
};

/// All that must not depend on where a study was interrupted.
QString outcome_of(const ca::Study &study)
{
    QString text;
    for (const ca::Trial &trial : study.trials) {
        text += QString::fromStdString(trial.id + " " + trial.recipe_hash + " " + to_text(trial.state) + " " + trial.reason);
        for (const auto &measured : {trial.selection, trial.holdout})
            if (measured)
                text += QString(" %1/%2 %3").arg(measured->accuracy.correct).arg(measured->accuracy.n).arg(measured->size.value);
        text += trial.on_front ? " front\n" : "\n";
    }
    for (const auto &[evaluations, value] : study.hypervolume)
        text += QString("%1: %2\n").arg(evaluations).arg(value, 0, 'g', 17);
    for (const ca::StudyRound &round : study.rounds)
        text += QString("%1 from %2\n").arg(QString::fromStdString(round.summary)).arg(round.first_trial);
    return text + QString::fromStdString(study.why_over + study.answer.value_or(""));
}

} // namespace

class TestResume final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void the_same_seed_gives_the_same_study();
    void goes_on_as_if_it_had_not_been_stopped_data();
    void goes_on_as_if_it_had_not_been_stopped();
    void repeats_nothing_that_was_finished();
    void a_finished_study_stays_as_it_is();
    void goes_on_with_more_trials();
    void keeps_its_constraints_and_takes_new_ones();
    void refuses_to_go_on_with_something_else();
    void refuses_to_write_over_a_study();
    void queues_a_round_for_others();
    void others_give_the_study_that_one_would();

private:
    ca::StudyOptions options(const std::string &name) const;
    ca::Result<ca::Study> run(const ca::StudyOptions &options, Begun *begun = nullptr, const std::string &stop_at = {}) const;
    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_ = split_colours();
    QString whole_; ///< the outcome of nine trials, uninterrupted
};

ca::StudyOptions TestResume::options(const std::string &name) const
{
    ca::StudyOptions options;
    options.name = "s"; // the folders differ, the study does not
    options.folder = fs::path(folder_.path().toStdString()) / name;
    options.latency = false;
    options.threads = 1;
    options.max_trials = 9;
    options.round = 3;
    options.head = "agreement"; // of a net that nobody trained: each lost bit shows
    return options;
}

ca::Result<ca::Study> TestResume::run(const ca::StudyOptions &options, Begun *begun, const std::string &stop_at) const
{
    Begun unheard;
    std::stop_source stop;
    return ca::run_study(model_, data_, options, (begun ? begun : &unheard)->sink(&stop, stop_at), stop.get_token(), {});
}

void TestResume::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
    const auto study = run(options("whole"));
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    whole_ = outcome_of(*study);
    QVERIFY2(study->trials.size() == 9, qPrintable(whole_));
    whole_ = outcome_of(*study);
}

void TestResume::the_same_seed_gives_the_same_study()
{
    auto again = options("again");
    again.threads = 2;
    const auto study = run(again);
    QVERIFY(study);
    QCOMPARE(outcome_of(*study), whole_);
}

void TestResume::goes_on_as_if_it_had_not_been_stopped_data()
{
    QTest::addColumn<QString>("at");
    for (const char *at : {"T2", "T4", "T5", "T9"}) // first and last of a round, and of the study
        QTest::newRow(at) << QString(at);
}

void TestResume::goes_on_as_if_it_had_not_been_stopped()
{
    QFETCH(QString, at);
    auto here = options("stopped at " + at.toStdString());
    const auto stopped = run(here, nullptr, at.toStdString());
    QVERIFY2(stopped, stopped ? "" : stopped.error().text().c_str());
    QVERIFY(outcome_of(*stopped) != whole_);
    here.resume = true;
    const auto study = run(here);
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(outcome_of(*study), whole_);
}

void TestResume::repeats_nothing_that_was_finished()
{
    auto here = options("counted");
    Begun begun;
    for (const char *at : {"T3", "T6", "T6", "T8", "never"}) {
        const auto study = run(here, &begun, at);
        QVERIFY2(study, study ? "" : study.error().text().c_str());
        here.resume = true;
    }
    const std::map<std::string, int> expected{{"T1", 1}, {"T2", 1}, {"T3", 2}, {"T4", 1}, {"T5", 1},
                                              {"T6", 3}, {"T7", 1}, {"T8", 2}, {"T9", 1}};
    QVERIFY(begun.times == expected);
}

void TestResume::a_finished_study_stays_as_it_is()
{
    auto here = options("whole");
    here.resume = true;
    Begun begun;
    const auto study = run(here, &begun);
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QVERIFY(begun.times.empty());
    QCOMPARE(outcome_of(*study), whole_);
    const auto store = ca::StudyStore::open_for_reading(here.folder);
    QVERIFY(store);
    const auto loaded = ca::load_study(*store);
    QVERIFY(loaded);
    QCOMPARE(outcome_of(*loaded), whole_);
}

void TestResume::goes_on_with_more_trials()
{
    auto here = options("longer");
    here.max_trials = 4;
    const auto begun_with = run(here);
    QVERIFY(begun_with);
    here.max_trials = 9;
    here.resume = true;
    Begun begun;
    const auto study = run(here, &begun);
    QVERIFY(study);
    QCOMPARE(study->trials.size(), std::size_t{9});
    QCOMPARE(begun.times.size(), std::size_t{5}); // T5 to T9
    QVERIFY(study->seconds > begun_with->seconds); // of both runs
    const auto store = ca::StudyStore::open_for_reading(here.folder);
    QVERIFY(store);
    QCOMPARE(ca::load_study(*store)->seconds, study->seconds);
    QVERIFY(!begun.times.contains("T4"));
}

void TestResume::keeps_its_constraints_and_takes_new_ones()
{
    auto here = options("constrained");
    here.max_trials = 3;
    here.constraints.max_drop = 50;
    QVERIFY(run(here));
    here.resume = true;
    here.constraints = {};
    const auto kept = run(here);
    QVERIFY(kept);
    QVERIFY(kept->constraints.max_drop == 50);
    QVERIFY(kept->answer.has_value());
    here.constraints.bytes = 1'000'000'000;
    const auto other = run(here);
    QVERIFY(other);
    QVERIFY(!other->constraints.max_drop && other->constraints.bytes == 1'000'000'000);
}

void TestResume::refuses_to_go_on_with_something_else()
{
    auto here = options("whole");
    here.resume = true;
    auto seeded = here;
    seeded.seed = 1;
    const auto other_seed = run(seeded);
    QVERIFY(!other_seed && other_seed.error().code == ca::ErrorCode::usage);
    QVERIFY(other_seed.error().text().find("--seed, 0") != std::string::npos);
    auto fewer = here;
    fewer.samples = 50;
    const auto other_images = run(fewer);
    QVERIFY(!other_images && other_images.error().code == ca::ErrorCode::usage);
    const auto net = ca::load_model(write_scripted_net(folder_.path().toStdString(), "depthwise"), {}, {}, {});
    QVERIFY2(net, net ? "" : net.error().text().c_str());
    const auto other_model = ca::run_study(*net, data_, here, {}, {}, {});
    QVERIFY(!other_model && other_model.error().code == ca::ErrorCode::usage);
    const auto store = ca::StudyStore::open_for_reading(here.folder);
    QVERIFY(store);
    QCOMPARE(outcome_of(*ca::load_study(*store)), whole_);
}

void TestResume::refuses_to_write_over_a_study()
{
    const auto over = run(options("whole"));
    QVERIFY(!over && over.error().code == ca::ErrorCode::unwritable);
    QVERIFY(over.error().text().find("--resume") != std::string::npos);
}

void TestResume::queues_a_round_for_others()
{
    auto here = options("queue");
    here.queue_only = true;
    Begun begun;
    const auto study = run(here, &begun);
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(begun.times.size(), std::size_t{1}); // float
    QCOMPARE(study->trials.size(), std::size_t{4});
    here.resume = true;
    QVERIFY(run(here)); // the same once more
    QCOMPARE(QDir(QString::fromStdString((here.folder / "queue").string())).entryList(QDir::Files, QDir::Name),
             (QStringList{"T2.json", "T3.json", "T4.json"}));
    QFile file(QString::fromStdString((here.folder / "queue" / "T3.json").string()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto json = ca::parse_json(file.readAll().toStdString(), "T3.json");
    QVERIFY(json);
    QVERIFY(ca::recipe_from_json(*json).value() == study->trials[2].recipe);
}

void TestResume::others_give_the_study_that_one_would()
{
    auto here = options("shared");
    here.queue_only = true;
    for (int round = 0; round < 10; ++round) {
        const auto study = run(here);
        QVERIFY2(study, study ? "" : study.error().text().c_str());
        here.resume = true;
        std::vector<ca::MeasuredTrial> results;
        for (const ca::Trial &trial : study->trials) {
            if (trial.state != ca::TrialState::queued)
                continue;
            const auto store = ca::StudyStore::open_for_reading(here.folder);
            QVERIFY(store);
            auto result = ca::run_trial(*store, model_, data_, {trial.recipe, {}, {}}, 1,
                                        fs::path(folder_.path().toStdString()) / "scratch.safetensors", {}, {});
            QVERIFY2(result, result ? "" : result.error().text().c_str());
            results.insert(results.begin(), std::move(*result)); // the last first
        }
        if (results.empty())
            break;
        auto store = ca::StudyStore::open_for_writing(here.folder);
        QVERIFY(store);
        for (int twice = 0; twice < 2; ++twice)
            for (const ca::MeasuredTrial &result : results) {
                const auto merged = ca::merge_result(*store, result);
                QVERIFY2(merged, merged ? "" : merged.error().text().c_str());
            }
    }
    here.queue_only = false;
    Begun begun;
    const auto study = run(here, &begun);
    QVERIFY(study);
    QVERIFY(begun.times.empty());
    // The volume is taken after each trial, or after each round: what it is in the end is the same.
    const auto without_volumes = [](const QString &text) { return text.split('\n').filter(QRegularExpression("^T|from")); };
    QCOMPARE(without_volumes(outcome_of(*study)), without_volumes(whole_));
    QVERIFY(whole_.contains(
        QString("%1: %2\n").arg(study->hypervolume.back().first).arg(study->hypervolume.back().second, 0, 'g', 17)));
}

QTEST_APPLESS_MAIN(TestResume)
#include "test_resume.moc"
