// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

class TestScanCommand final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void prints_the_object_of_the_contract();
    void scans_weights_without_data_and_says_so();
    void obeys_its_options();
    void writes_files_where_it_is_told();
    void keeps_what_it_measured_in_the_data_folder();
    void prints_a_table_for_people();
    void says_what_cannot_be_scanned();

private:
    Outcome run(const QString &line) const
    {
        return run_program((QStringLiteral("scan ") + line).split(QLatin1Char(' ')), folder_.path());
    }
    QJsonObject json(const QString &line) const { return json_of(run(line + QStringLiteral(" --json --quiet"))); }

    QTemporaryDir folder_;
};

void TestScanCommand::initTestCase()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    qputenv("COMPRESSION_AGENT_DATA", (folder_.path() + QStringLiteral("/home")).toUtf8());
    (void)write_scripted_net(folder, "cnn");
    (void)write_scripted_net(folder, "content");
    QVERIFY(write_cifar_folder(folder / "data", 8, 10, 1));
}

void TestScanCommand::prints_the_object_of_the_contract()
{
    const QJsonObject scan = json(QStringLiteral("--model cnn.pt --data data --samples 16"));
    QVERIFY(scan[QLatin1String("seconds")].toDouble() > 0);
    QCOMPARE(scan[QLatin1String("images")].toInt(), 16);
    const QJsonArray layers = scan[QLatin1String("layers")].toArray();
    QVERIFY(layers.size() >= 5);
    const QJsonObject first = layers[0].toObject();
    QCOMPARE(first[QLatin1String("id")].toString(), QStringLiteral("L001"));
    for (const char *format : {"int8", "static-int8", "int6", "int4", "nf4", "int3", "int2"})
        QVERIFY2(first[QLatin1String("divergence")][QLatin1String(format)].isDouble(), format);
    QVERIFY(scan[QLatin1String("rank_correlation")][QLatin1String("beta_vs_divergence")][QLatin1String("int4")].isDouble());
}

void TestScanCommand::scans_weights_without_data_and_says_so()
{
    for (const auto &line : {QStringLiteral("--model cnn.pt"), QStringLiteral("--model cnn.pt --data data --no-divergence")}) {
        const QJsonObject scan = json(line);
        QVERIFY(scan[QLatin1String("layers")][0][QLatin1String("divergence")].toObject().isEmpty());
        QVERIFY(scan[QLatin1String("layers")][0][QLatin1String("noise")][QLatin1String("4")].toDouble() > 0);
        QVERIFY(
            scan[QLatin1String("notes")].toArray().last().toString().startsWith(QLatin1String("Divergence was not measured")));
    }
}

void TestScanCommand::obeys_its_options()
{
    const QJsonObject scan = json(QStringLiteral("--model cnn.pt --data data --formats int4,nf4 --samples 8"));
    QCOMPARE(scan[QLatin1String("layers")][0][QLatin1String("divergence")].toObject().keys(),
             (QStringList{QStringLiteral("int4"), QStringLiteral("nf4")}));
    const QJsonObject hasty = json(QStringLiteral("--model cnn.pt --data data --seconds 0.001"));
    QCOMPARE(hasty[QLatin1String("images")].toInt(), 0);
    QVERIFY(hasty[QLatin1String("notes")][0].toString().contains(QLatin1String("0.001 s")));
}

void TestScanCommand::writes_files_where_it_is_told()
{
    const QJsonObject scan = json(QStringLiteral("--model cnn.pt --data data --formats int4 --samples 8 --output made/scan"));
    QCOMPARE(scan[QLatin1String("files")].toArray().size(), 3);
    for (const QJsonValue &file : scan[QLatin1String("files")].toArray())
        QVERIFY(QFileInfo(folder_.path() + QLatin1Char('/') + file.toString()).size() > 0);
}

void TestScanCommand::keeps_what_it_measured_in_the_data_folder()
{
    const QDir scans(folder_.path() + QStringLiteral("/home/scans"));
    const QString line = QStringLiteral("--model cnn.pt --data data --formats int3 --samples 7");
    const QJsonObject first = json(line);
    const auto files = scans.entryInfoList(QDir::Files).size();
    QVERIFY(files > 0);
    const QJsonObject second = json(line);
    QCOMPARE(scans.entryInfoList(QDir::Files).size(), files);
    QCOMPARE(second[QLatin1String("layers")][1][QLatin1String("divergence")],
             first[QLatin1String("layers")][1][QLatin1String("divergence")]);
}

void TestScanCommand::prints_a_table_for_people()
{
    const Outcome outcome = run(QStringLiteral("--model cnn.pt --data data --formats int4 --samples 8"));
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.out.startsWith("layer "));
    QVERIFY(outcome.out.contains("L001  "));
    QVERIFY(outcome.out.contains("divergence: KL of the output, in nats, confidence matched, over 8 calibration images"));
    QVERIFY(outcome.out.contains("rank correlation"));
    QVERIFY(!QFileInfo::exists(folder_.path() + QStringLiteral("/results"))); // nothing is written unasked
}

void TestScanCommand::says_what_cannot_be_scanned()
{
    const Outcome content = run(QStringLiteral("--model content.pt --data data"));
    QCOMPARE(content.code, 1);
    QVERIFY(is_one_sentence(content.err.split('\n').value(content.err.count('\n') - 1)));
    QVERIFY(content.err.contains("interpreter"));
    QCOMPARE(run(QStringLiteral("--model missing.pt")).code, 1);
}

QTEST_GUILESS_MAIN(TestScanCommand)
#include "test_scan_command.moc"
