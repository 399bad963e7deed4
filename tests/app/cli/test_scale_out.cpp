// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QJsonArray>
#include <QtTest>

#include <filesystem>
#include <memory>
#include <vector>

/// A study that several processes share, beside the same study run by one.
class TestScaleOut final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void gives_what_a_local_run_gives();
    void merges_in_any_order_and_again();
    void queues_the_same_until_results_come();
    void refuses_a_result_of_another_study();
    void goes_on_without_a_trial_that_is_given_up();

private:
    Outcome run(const QString &line) const { return run_program(line.split(QLatin1Char(' ')), folder_.path()); }
    QJsonObject json(const QString &line) const;
    QString place(const QString &name) const { return folder_.filePath(name + QStringLiteral("/study")); }
    QStringList queue(const QString &name) const; ///< ids
    QStringList queue_round(const QString &name) const;
    QStringList carry_out(const QString &name) const;
    QJsonObject merge(const QString &name, const QStringList &results, const QString &options = {}) const;
    QStringList copy_of_round(const QString &name) const;

    QTemporaryDir folder_;
    QJsonObject local_;
};

namespace {

const QString kRun = QStringLiteral(
    "run --model cnn.pt --data data --head agreement --preprocess cifar10 --samples 60 --trials 10 --round 4 --threads 1 "
    "--no-latency --study study --json --quiet --output ");

const QString kRound = QStringLiteral("round"); ///< the study that copy_of_round copies

/// What two runs of one study have in common: all but times, and whose idea a trial was.
QJsonArray outcomes(const QJsonObject &study)
{
    QJsonArray trials;
    for (const QJsonValue &value : study[QLatin1String("trials")].toArray()) {
        QJsonObject trial;
        for (const char *key : {"id", "method", "recipe", "recipe_hash", "predicted", "state", "on_front", "error"})
            trial[QLatin1String(key)] = value[QLatin1String(key)];
        for (const char *split : {"selection", "holdout"})
            for (const char *key : {"correct", "n", "per_class", "versus_float", "bytes"})
                trial[QLatin1String(split) + QLatin1Char(' ') + QLatin1String(key)] =
                    value[QLatin1String(split)].toObject()[QLatin1String(key)];
        trials.append(trial);
    }
    return trials;
}

QJsonValue trial_of(const QJsonObject &study, const QString &id)
{
    for (const QJsonValue &trial : study[QLatin1String("trials")].toArray())
        if (trial[QLatin1String("id")].toString() == id)
            return trial;
    return {};
}

} // namespace

QJsonObject TestScaleOut::json(const QString &line) const
{
    const Outcome outcome = run(line);
    if (outcome.code != 0)
        qWarning("%s: exit code %d, %s", qPrintable(line), outcome.code, outcome.err.constData());
    return json_of(outcome);
}

QStringList TestScaleOut::queue(const QString &name) const
{
    QStringList ids;
    for (const QFileInfo &file : QDir(place(name) + QStringLiteral("/queue")).entryInfoList(QDir::Files, QDir::Name))
        ids << file.completeBaseName();
    return ids;
}

QStringList TestScaleOut::queue_round(const QString &name) const
{
    (void)json(kRun + name + QStringLiteral(" --resume --queue-only"));
    return queue(name);
}

/// All that is queued, at once, a process each; the files of the results.
QStringList TestScaleOut::carry_out(const QString &name) const
{
    QStringList results;
    std::vector<std::unique_ptr<QProcess>> processes;
    for (const QString &id : queue(name)) {
        results << name + QLatin1Char('-') + id + QStringLiteral(".json");
        processes.push_back(std::make_unique<QProcess>());
        processes.back()->setWorkingDirectory(folder_.path());
        processes.back()->start(binary(),
                                {QStringLiteral("run-trial"), QStringLiteral("--study"), place(name), QStringLiteral("--recipe"),
                                 place(name) + QStringLiteral("/queue/") + id + QStringLiteral(".json"),
                                 QStringLiteral("--output"), results.back(), QStringLiteral("--threads"), QStringLiteral("1"),
                                 QStringLiteral("--quiet")});
    }
    for (const auto &process : processes)
        if (!process->waitForFinished(300'000) || process->exitCode() != 0)
            qWarning("run-trial: %s", process->readAllStandardError().constData());
    return results;
}

QJsonObject TestScaleOut::merge(const QString &name, const QStringList &results, const QString &options) const
{
    return json(QStringLiteral("merge %1 %2 --json --quiet%3").arg(place(name), results.join(QLatin1Char(' ')), options));
}

/// A study with a round that is queued and carried out, and not merged; the files of its results.
QStringList TestScaleOut::copy_of_round(const QString &name) const
{
    std::error_code failed;
    std::filesystem::copy(folder_.filePath(kRound).toStdString(), folder_.filePath(name).toStdString(),
                          std::filesystem::copy_options::recursive, failed);
    QStringList results;
    for (const QString &id : queue(name))
        results << kRound + QLatin1Char('-') + id + QStringLiteral(".json");
    return failed ? QStringList() : results;
}

void TestScaleOut::initTestCase()
{
    QVERIFY(folder_.isValid());
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    QVERIFY(write_cifar_folder(folder / "data", 30, 10, 1));
    qputenv("COMPRESSION_AGENT_RESOURCES", QByteArray::fromStdString((source_folder() / "resources").string()));
    qputenv("COMPRESSION_AGENT_DATA", (folder_.path() + QStringLiteral("/home")).toLocal8Bit());
    local_ = json(kRun + QStringLiteral("local"));
    QVERIFY(local_[QLatin1String("trials")].toArray().size() > 5); // a second round, which what the first showed decides
    QVERIFY(local_[QLatin1String("front")].toArray().size() >= 2);
    for (const int trials : {3, 4}) { // the baselines; four of the planner's, which stay unmerged
        QCOMPARE(queue_round(kRound).size(), trials);
        const QStringList results = carry_out(kRound);
        for (const QString &result : results)
            QVERIFY2(QFile::exists(folder_.filePath(result)), qPrintable(result));
        if (trials == 3)
            (void)merge(kRound, results);
    }
}

void TestScaleOut::gives_what_a_local_run_gives()
{
    const QString name = QStringLiteral("spread");
    QStringList results = copy_of_round(name);
    QCOMPARE(results.size(), 4);
    while (!results.isEmpty()) {
        (void)merge(name, results);
        (void)queue_round(name);
        results = carry_out(name);
    }
    const QJsonObject spread = json(kRun + name + QStringLiteral(" --resume"));
    QCOMPARE(outcomes(spread), outcomes(local_));
    for (const char *key : {"front", "recommended", "rounds"})
        QCOMPARE(spread[QLatin1String(key)], local_[QLatin1String(key)]);
    QCOMPARE(spread[QLatin1String("hypervolume")].toArray().last(), local_[QLatin1String("hypervolume")].toArray().last());
}

void TestScaleOut::merges_in_any_order_and_again()
{
    const QString once = QStringLiteral("once"), shuffled = QStringLiteral("shuffled");
    const QStringList results = copy_of_round(once);
    QCOMPARE(copy_of_round(shuffled).size(), 4);
    const QJsonObject expected = merge(once, results);
    QCOMPARE(trial_of(expected, QStringLiteral("T8"))[QLatin1String("state")].toString(), QStringLiteral("done"));
    QJsonObject merged;
    for (const int i : {2, 0, 2, 3, 1})
        merged = merge(shuffled, {results[i]});
    for (const char *key : {"trials", "front", "recommended"})
        QCOMPARE(merged[QLatin1String(key)], expected[QLatin1String(key)]);
    QCOMPARE(merged[QLatin1String("hypervolume")].toArray().last(), expected[QLatin1String("hypervolume")].toArray().last());
}

void TestScaleOut::queues_the_same_until_results_come()
{
    const QString name = QStringLiteral("asked-again");
    const QStringList results = copy_of_round(name);
    const QStringList queued = queue(name);
    QCOMPARE(queue_round(name), queued);
    (void)merge(name, {results[1]});
    QCOMPARE(queue_round(name), QStringList({queued[0], queued[2], queued[3]}));
}

void TestScaleOut::refuses_a_result_of_another_study()
{
    const QString mine = QStringLiteral("mine"), other = QStringLiteral("other");
    (void)copy_of_round(mine);
    const QStringList queued = queue(mine);
    (void)json(kRun + other + QStringLiteral(" --seed 5 --queue-only"));
    const QString recipe = place(other) + QStringLiteral("/queue/T2.json");
    QCOMPARE(
        run(QStringLiteral("run-trial --study %1 --recipe %2 --output foreign.json --threads 1").arg(place(other), recipe)).code,
        0);
    const Outcome outcome = run(QStringLiteral("merge %1 foreign.json --quiet").arg(place(mine)));
    QCOMPARE(outcome.code, 1);
    QVERIFY2(is_one_sentence(outcome.err) && outcome.err.contains("foreign.json"), outcome.err.constData());
    QVERIFY2(outcome.err.contains("does not belong to the study"), outcome.err.constData());
    QCOMPARE(queue_round(mine), queued);
}

void TestScaleOut::goes_on_without_a_trial_that_is_given_up()
{
    const QString name = QStringLiteral("given-up");
    const QStringList results = copy_of_round(name);
    const QString lost = queue(name)[1];
    const QJsonObject merged = merge(name, {results[0], results[2], results[3]}, QStringLiteral(" --failed ") + lost);
    QCOMPARE(trial_of(merged, lost)[QLatin1String("state")].toString(), QStringLiteral("failed"));
    QVERIFY(is_one_sentence(trial_of(merged, lost)[QLatin1String("error")].toString().toUtf8()));
    QVERIFY(!queue_round(name).contains(lost));
    const QJsonObject late = merge(name, {results[1]}, QStringLiteral(" --failed ") + lost);
    QCOMPARE(trial_of(late, lost)[QLatin1String("state")].toString(), QStringLiteral("done"));
}

QTEST_APPLESS_MAIN(TestScaleOut)
#include "test_scale_out.moc"
