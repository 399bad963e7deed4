// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QDir>
#include <QJsonArray>
#include <QtTest>

/// Trials of a study as files, and constraints that nothing reaches.
class TestExportCommand final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void writes_what_the_trial_was_measured_with_data();
    void writes_what_the_trial_was_measured_with();
    void writes_the_other_formats();
    void refuses_what_is_not_there();
    void refuses_to_write_over_the_study();
    void finds_model_and_data_where_they_were();

private:
    Outcome run(const QString &line) const { return run_program(line.split(QLatin1Char(' ')), folder_.path()); }
    QByteArray content(const QString &name) const
    {
        QFile file(folder_.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QTemporaryDir folder_;
    QJsonObject study_;
};

void TestExportCommand::initTestCase()
{
    QVERIFY(folder_.isValid());
    const std::filesystem::path folder = folder_.path().toStdString();
    qputenv("COMPRESSION_AGENT_DATA", folder_.filePath(QStringLiteral("home")).toUtf8());
    write_scripted_net(folder, "cnn");
    QVERIFY(write_cifar_folder(folder / "data", 20, 10, 1));
    const Outcome outcome =
        run(QStringLiteral("run --model cnn.pt --data data --head logits --preprocess cifar10 --trials 5 --no-latency "
                           "--output out --study s --json --quiet"));
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    study_ = json_of(outcome);
    QVERIFY(study_[QLatin1String("trials")].toArray().size() >= 3);
}

void TestExportCommand::writes_what_the_trial_was_measured_with_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<qint64>("bytes");
    QTest::addColumn<qint64>("correct");
    for (const QJsonValue &trial : study_[QLatin1String("trials")].toArray()) {
        const QJsonValue measured = trial[QLatin1String("selection")];
        const QString id = trial[QLatin1String("id")].toString();
        QTest::newRow(qPrintable(id)) << id << measured[QLatin1String("bytes")].toInteger()
                                      << measured[QLatin1String("correct")].toInteger();
    }
}

/// Whether it is on the front, whose exports are kept, or not: the same size, and evaluated again the same answers.
void TestExportCommand::writes_what_the_trial_was_measured_with()
{
    QFETCH(QString, id);
    QFETCH(qint64, bytes);
    QFETCH(qint64, correct);
    const QString file = id + QStringLiteral(".safetensors");
    const Outcome outcome = run(QStringLiteral("export out/s %1 --output %2 --json --quiet").arg(id, file));
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    QCOMPARE(json_of(outcome)[QLatin1String("bytes")].toInteger(), bytes);
    QCOMPARE(QFileInfo(folder_.filePath(file)).size(), bytes);
    const Outcome again =
        run(QStringLiteral("evaluate --model %1 --data data --head logits --preprocess cifar10 --split selection "
                           "--json --quiet")
                .arg(file));
    if (id == QLatin1String("T1"))
        return; // float is what an export is compared with, and no export is that
    QVERIFY2(again.code == 0, again.err.constData());
    QCOMPARE(json_of(again)[QLatin1String("correct")].toInteger(), correct);
}

void TestExportCommand::writes_the_other_formats()
{
    QVERIFY(run(QStringLiteral("export out/s T2 --output r.json --format recipe --quiet")).code == 0);
    const QJsonObject recipe = QJsonDocument::fromJson(content(QStringLiteral("r.json"))).object();
    QCOMPARE(recipe, study_[QLatin1String("trials")][1][QLatin1String("recipe")].toObject());
    const Outcome portable = run(QStringLiteral("export out/s/study.db T2 --output t.pt --format torchscript --json --quiet"));
    QVERIFY2(portable.code == 0, portable.err.constData());
    QVERIFY(content(QStringLiteral("t.pt")).startsWith("PK"));
}

void TestExportCommand::refuses_what_is_not_there()
{
    const Outcome trial = run(QStringLiteral("export out/s T99 --output x.safetensors --quiet"));
    QCOMPARE(trial.code, 1);
    QVERIFY2(is_one_sentence(trial.err) && trial.err.contains("T99"), trial.err.constData());
    const Outcome study = run(QStringLiteral("export data T1 --output x.safetensors --quiet"));
    QCOMPARE(study.code, 1);
    QVERIFY2(is_one_sentence(study.err), study.err.constData());
    QVERIFY(!QFile::exists(folder_.filePath(QStringLiteral("x.safetensors"))));
}

void TestExportCommand::refuses_to_write_over_the_study()
{
    const QByteArray before = content(QStringLiteral("out/s/study.db"));
    const Outcome outcome = run(QStringLiteral("export out/s T2 --output out/s/study.db --quiet"));
    QCOMPARE(outcome.code, 1);
    QCOMPARE(content(QStringLiteral("out/s/study.db")), before);
}

/// Called from another folder, for a trial that is carried out anew.
void TestExportCommand::finds_model_and_data_where_they_were()
{
    QVERIFY(QDir(folder_.path()).mkdir(QStringLiteral("elsewhere")));
    const Outcome outcome =
        run_program(QStringLiteral("export ../out/s T2 --output e.pt --format torchscript --quiet").split(QLatin1Char(' ')),
                    folder_.filePath(QStringLiteral("elsewhere")));
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    QVERIFY(QFile::exists(folder_.filePath(QStringLiteral("elsewhere/e.pt"))));
}

QTEST_GUILESS_MAIN(TestExportCommand)
#include "test_export_command.moc"
