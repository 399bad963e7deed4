// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/shared_files.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

/// Ctrl-C, as a terminal sends it.
class TestInterrupt final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_finished_trials_and_ends_within_a_second_data();
    void keeps_finished_trials_and_ends_within_a_second();
    void leaves_nothing_behind_before_the_first_trial();
};

namespace {

constexpr int kSecond = 1000; // ms, of the contract

/// The trials that a study file holds in `state`.
int trials(const QString &file, const QString &state)
{
    QFile study(file);
    if (!study.open(QIODevice::ReadOnly))
        return 0;
    int count = 0;
    for (const QJsonValue &trial : QJsonDocument::fromJson(study.readAll()).object()[QLatin1String("trials")].toArray())
        count += trial[QLatin1String("state")].toString() == state ? 1 : 0;
    return count;
}

void start_demo(QProcess &process, const QString &folder)
{
    process.setWorkingDirectory(folder);
    process.start(
        binary(),
        {QStringLiteral("demo"), QStringLiteral("--output"), folder + QStringLiteral("/out"), QStringLiteral("--json")});
    QVERIFY(process.waitForStarted());
}

/// Milliseconds from the signal to the end.
qint64 stop(QProcess &process, int signal)
{
    QElapsedTimer clock;
    clock.start();
    ::kill(static_cast<pid_t>(process.processId()), signal);
    process.waitForFinished(10 * kSecond);
    return clock.elapsed();
}

} // namespace

void TestInterrupt::keeps_finished_trials_and_ends_within_a_second_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("Ctrl-C") << SIGINT;
    QTest::newRow("a polite kill") << SIGTERM;
}

void TestInterrupt::keeps_finished_trials_and_ends_within_a_second()
{
    QFETCH(int, signal);
    const QTemporaryDir folder;
    const QString study = folder.filePath(QStringLiteral("out/demo/study.json"));
    QProcess process;
    start_demo(process, folder.path());
    constexpr int kPatience = 300 * kSecond;
    QTRY_VERIFY_WITH_TIMEOUT(trials(study, QStringLiteral("done")) >= 1 || process.state() == QProcess::NotRunning, kPatience);
    QCOMPARE(process.state(), QProcess::Running);
    const int finished = trials(study, QStringLiteral("done"));

    const qint64 took = stop(process, signal);
    QCOMPARE(process.state(), QProcess::NotRunning);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY2(took <= kSecond, qPrintable(QString::number(took)));
    QCOMPARE(process.readAllStandardOutput(), QByteArray());
    QVERIFY(trials(study, QStringLiteral("done")) >= finished);
}

void TestInterrupt::leaves_nothing_behind_before_the_first_trial()
{
    const QTemporaryDir folder;
    QProcess process;
    start_demo(process, folder.path());
    process.setReadChannel(QProcess::StandardError);
    QVERIFY(process.waitForReadyRead(300 * kSecond)); // it listens to signals by now, and loads
    const qint64 took = stop(process, SIGINT);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY2(took <= kSecond, qPrintable(QString::number(took)));
    QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("out/demo/study.json")))); // it would be in the way of the next run
}

QTEST_GUILESS_MAIN(TestInterrupt)
#include "test_interrupt.moc"
