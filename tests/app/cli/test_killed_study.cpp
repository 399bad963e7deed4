// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/small_study.h"
#include "tests/support/stores.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QtTest>

#include <algorithm>
#include <array>
#include <random>

namespace {

constexpr int kTrials = 20;
constexpr int kPatience = 300'000; // ms; sanitized builds are slow

using Ids = std::set<std::string>;
constexpr std::array kSplits{ca::TrialSplit::selection, ca::TrialSplit::holdout};

/// What a run said of its trials, line by line.
struct Said {
    std::array<Ids, kSplits.size()> begun{}; ///< on selection and on holdout
    Ids done{};

    explicit Said(const QByteArray &errors)
    {
        static const QRegularExpression begin(QStringLiteral("^(T\\d+), .*Evaluating on (selection|holdout)$"));
        static const QRegularExpression end(QStringLiteral("^(T\\d+) done: "));
        for (const QString &line : QString::fromUtf8(errors).split(QLatin1Char('\n'))) {
            if (const auto match = begin.match(line); match.hasMatch())
                begun.at(match.captured(2) == QLatin1String("holdout") ? 1 : 0).insert(match.captured(1).toStdString());
            if (const auto match = end.match(line); match.hasMatch())
                done.insert(match.captured(1).toStdString());
        }
    }
};

Ids common(const Ids &a, const Ids &b)
{
    Ids both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
    return both;
}

/// A run, killed `moment` ms after it had begun to work unless it had ended by then.
struct Run {
    Outcome outcome{};
    bool was_killed = false;
    qint64 worked = 0; ///< ms
};

Run run_until(QProcess &process, qint64 moment)
{
    process.setReadChannel(QProcess::StandardError);
    process.start();
    process.waitForReadyRead(kPatience);
    QElapsedTimer clock;
    clock.start();
    Run run;
    const bool ended = process.state() == QProcess::NotRunning || process.waitForFinished(static_cast<int>(moment));
    if (!ended)
        process.kill(); // SIGKILL
    run.worked = clock.elapsed();
    run.outcome = outcome_of(process);
    run.was_killed = !ended && process.exitStatus() == QProcess::CrashExit;
    return run;
}

/// A study that is killed again and again, and what must be true of it each time.
class KilledStudy {
public:
    KilledStudy(const SmallStudies &studies, std::string name) : studies_(studies), name_(std::move(name)) { }

    Run go_on(qint64 moment)
    {
        QProcess process;
        studies_.prepare(process, name_, {QStringLiteral("--resume")});
        return run_until(process, moment);
    }

    /// What is wrong after a run; empty where nothing is.
    std::string fault_after(const Run &run)
    {
        const Said said(run.outcome.err);
        if (const std::string fault = fault_in_repeats(said); !fault.empty())
            return fault;
        if (!std::filesystem::exists(folder() / ca::kStoreFile))
            return said.done.empty() && kept_[0].empty() ? "" : "The store is gone.";
        const auto store = ca::StudyStore::open_for_reading(folder()); // which looks for damage
        if (!store)
            return store.error().text();
        for (std::size_t split = 0; split < kSplits.size(); ++split) {
            auto kept = finished_trials(*store, kSplits.at(split));
            if (!kept)
                return kept.error().text();
            for (const auto &[id, measured] : kept_.at(split))
                if (!kept->contains(id) || kept->at(id) != measured)
                    return id + " was done, and is no longer, or with another measurement.";
            kept_.at(split) = std::move(*kept);
        }
        for (const std::string &id : said.done)
            if (!kept_[0].contains(id))
                return id + " was said to be done, and is not in the store.";
        return fault_in_running(*store);
    }

    [[nodiscard]] std::filesystem::path folder() const { return studies_.study(name_); }

private:
    /// After a kill the trial that was running is measured again, and no other.
    std::string fault_in_repeats(const Said &said)
    {
        for (std::size_t split = 0; split < kSplits.size(); ++split) {
            const Ids repeated = common(begun_.at(split), said.begun.at(split));
            const bool was_running =
                split == 1 || std::includes(running_.begin(), running_.end(), repeated.begin(), repeated.end());
            if (repeated.size() > 1 || !was_running)
                return std::to_string(repeated.size()) + " trials were begun again, among them " + *repeated.begin();
            begun_.at(split).insert(said.begun.at(split).begin(), said.begun.at(split).end());
        }
        return {};
    }

    std::string fault_in_running(const ca::StudyStore &store)
    {
        const auto trials = store.trials();
        if (!trials)
            return trials.error().text();
        running_.clear();
        for (const ca::Trial &trial : *trials)
            if (trial.state == ca::TrialState::running)
                running_.insert(trial.id);
        if (running_.size() > 1)
            return "More than one trial was running.";
        const std::filesystem::path file = folder() / "study.json";
        return std::filesystem::exists(file) && findings(QByteArray::fromStdString(content(file))).is_null()
            ? "study.json is torn."
            : "";
    }

    const SmallStudies &studies_;
    std::string name_;
    std::array<std::map<std::string, std::string>, kSplits.size()> kept_{}; ///< `finished_trials` after the last run
    std::array<Ids, kSplits.size()> begun_{};                               ///< by all runs so far
    Ids running_{};                                                         ///< when the last run ended
};

int wanted_kills()
{
#ifdef CA_SANITIZED
    constexpr int kUsual = 4;
#else
    constexpr int kUsual = 20;
#endif
    return std::max(kUsual, qEnvironmentVariableIntValue("CA_KILLS"));
}

} // namespace

class TestKilledStudy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void has_as_many_trials_as_were_asked_for();
    void the_same_seed_gives_the_same_study();
    void a_study_that_is_killed_again_and_again_ends_as_one_that_was_not();

private:
    void compare_with_uninterrupted(const std::string &name, const QByteArray &printed);

    SmallStudies studies_{kTrials};
    ca::Json uninterrupted_;
    qint64 length_ = 0; ///< ms of work
};

void TestKilledStudy::initTestCase()
{
    QVERIFY(studies_.write_inputs());
    QProcess process;
    studies_.prepare(process, "whole");
    const Run run = run_until(process, kPatience);
    QVERIFY2(run.outcome.code == 0, run.outcome.err.constData());
    const Said said(run.outcome.err); // of which the checks after a kill make much
    QCOMPARE(said.begun[0].size(), static_cast<std::size_t>(kTrials));
    QVERIFY(said.begun[1].size() >= 3);
    QCOMPARE(said.done, said.begun[0]);
    uninterrupted_ = findings(run.outcome.out);
    length_ = run.worked;
}

/// Else the tests below would show little.
void TestKilledStudy::has_as_many_trials_as_were_asked_for()
{
    QCOMPARE(uninterrupted_["trials"].size(), static_cast<std::size_t>(kTrials));
    for (const ca::Json &trial : uninterrupted_["trials"])
        QCOMPARE(trial["state"].get<std::string>(), std::string("done"));
    QVERIFY(uninterrupted_["front"].size() >= 3);
    QVERIFY(uninterrupted_["rounds"].size() >= 4);
}

void TestKilledStudy::the_same_seed_gives_the_same_study()
{
    const Outcome outcome = studies_.run("again");
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    compare_with_uninterrupted("again", outcome.out);
}

void TestKilledStudy::compare_with_uninterrupted(const std::string &name, const QByteArray &printed)
{
    const ca::Json found = findings(printed);
    QVERIFY2(found == uninterrupted_, ca::Json::diff(uninterrupted_, found).dump(1).c_str());
    QCOMPARE(findings(QByteArray::fromStdString(content(studies_.study(name) / "study.json"))), found);
    const std::string others = different_files(studies_.study("whole"), studies_.study(name));
    QVERIFY2(others.empty(), others.c_str());
    for (const std::string &file : files_in(studies_.study(name)))
        if (file.ends_with(".safetensors"))
            QVERIFY2(content(studies_.study(name) / file) == content(studies_.study("whole") / file), file.c_str());
}

void TestKilledStudy::a_study_that_is_killed_again_and_again_ends_as_one_that_was_not()
{
    std::mt19937 random(20);
    const int wanted = wanted_kills();
    int kills = 0, studies = 0;
    while (kills < wanted) {
        const std::string name = "killed " + std::to_string(++studies);
        KilledStudy study(studies_, name);
        Run run;
        do {
            // Each run goes on from where the last was killed, so a third of the length reaches to the end, too.
            const qint64 moment = kills < wanted ? static_cast<qint64>(random() % static_cast<quint64>(length_ / 3)) : kPatience;
            run = study.go_on(moment);
            kills += run.was_killed ? 1 : 0;
            const std::string fault = study.fault_after(run);
            QVERIFY2(fault.empty(),
                     (fault + " After " + std::to_string(run.worked) + " ms: " + run.outcome.err.toStdString()).c_str());
        } while (run.was_killed);
        QVERIFY2(run.outcome.code == 0, run.outcome.err.constData());
        compare_with_uninterrupted(name, run.outcome.out);
        if (QTest::currentTestFailed())
            return;
        std::filesystem::remove_all(studies_.place(name));
    }
    qInfo("result: %d kills of %d studies of %d trials, no finished trial lost", kills, studies, kTrials);
}

QTEST_GUILESS_MAIN(TestKilledStudy)
#include "test_killed_study.moc"
