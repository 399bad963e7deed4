// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QRegularExpression>
#include <QtTest>

/// What a run leaves in its folder, and the command that writes its report again or checks it.
class TestReportCommand final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void a_run_leaves_every_file_and_lists_it();
    void the_report_says_what_was_measured();
    void writes_it_again_from_the_store_alone();
    void keeps_what_somebody_edited();
    void finds_a_number_that_was_altered();
    void says_where_no_study_is();
    void says_where_no_report_is();

private:
    Outcome run(const QString &line) const { return run_program(line.split(QLatin1Char(' ')), folder_.path()); }
    QByteArray content(const QString &name) const
    {
        QFile file(folder_.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    bool write(const QString &name, const QByteArray &bytes) const
    {
        QFile file(folder_.filePath(name));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
    }
    QStringList files_of(const QJsonObject &json) const
    {
        QStringList names;
        for (const QJsonValue &file : json[QLatin1String("files")].toArray())
            names << QFileInfo(file.toString()).fileName();
        return names;
    }
    QTemporaryDir folder_;
    QJsonObject study_;
};

void TestReportCommand::initTestCase()
{
    QVERIFY(folder_.isValid());
    const std::filesystem::path folder = folder_.path().toStdString();
    qputenv("COMPRESSION_AGENT_DATA", folder_.filePath(QStringLiteral("home")).toUtf8());
    write_scripted_net(folder, "cnn");
    QVERIFY(write_cifar_folder(folder / "data", 20, 10, 1));
    const Outcome outcome = run(QStringLiteral("run --model cnn.pt --data data --head agreement --preprocess cifar10 --trials 5 "
                                               "--no-latency --show-examples --output out --study s --json --quiet"));
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    study_ = json_of(outcome);
    // Its model and data are no more: a report needs neither.
    QVERIFY(QDir(folder_.filePath(QStringLiteral("data"))).removeRecursively());
    QVERIFY(QFile::remove(folder_.filePath(QStringLiteral("cnn.pt"))));
}

void TestReportCommand::a_run_leaves_every_file_and_lists_it()
{
    QStringList expected{QStringLiteral("study.db"),    QStringLiteral("study.json"),   QStringLiteral("trials.csv"),
                         QStringLiteral("layers.csv"),  QStringLiteral("failures.csv"), QStringLiteral("pareto.svg"),
                         QStringLiteral("report.html"), QStringLiteral("report.md")};
#ifdef CA_GUI
    expected << QStringLiteral("report.pdf") << QStringLiteral("pareto.png") << QStringLiteral("examples.png");
#endif
    const QStringList listed = files_of(study_);
    for (const QString &name : expected) {
        QVERIFY2(listed.contains(name), qPrintable(name));
        QVERIFY2(!content(QStringLiteral("out/s/") + name).isEmpty(), qPrintable(name));
    }
    QVERIFY(listed.filter(QRegularExpression(QStringLiteral("^T00\\d_.*\\.json$"))).size() >= 1);
    QCOMPARE(QJsonDocument::fromJson(content(QStringLiteral("out/s/study.json"))).object()[QLatin1String("files")],
             study_[QLatin1String("files")]);
    // As sha256sum --check reads it.
    for (const QByteArray &line : content(QStringLiteral("out/s/checksums.sha256")).split('\n')) {
        if (line.isEmpty())
            continue;
        const QByteArray bytes = content(QStringLiteral("out/s/") + QString::fromUtf8(line.mid(66)));
        QCOMPARE(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex(), line.left(64));
    }
}

void TestReportCommand::the_report_says_what_was_measured()
{
    const QString text = QString::fromUtf8(content(QStringLiteral("out/s/report.md")));
    for (const QJsonValue &trial : study_[QLatin1String("trials")].toArray())
        QVERIFY(text.contains(trial[QLatin1String("id")].toString()));
    const QString hash = study_[QLatin1String("model_sha256")].toString();
    QVERIFY(text.contains(hash) && text.contains(QLatin1String("compression-agent run --model")));
    QVERIFY(!study_[QLatin1String("examples")].toArray().isEmpty());
}

void TestReportCommand::writes_it_again_from_the_store_alone()
{
    const Outcome outcome = run(QStringLiteral("report out/s --output again --json --quiet"));
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    QVERIFY(files_of(json_of(outcome)).contains(QStringLiteral("report.html")));
    QCOMPARE(content(QStringLiteral("again/report.html")), content(QStringLiteral("out/s/report.html")));
    QCOMPARE(content(QStringLiteral("again/failures.csv")), content(QStringLiteral("out/s/failures.csv")));
    for (const char *line : {"report out/s --output again --verify", "report out/s --verify"}) {
        const Outcome verified = run(QLatin1String(line));
        QVERIFY2(verified.code == 0, verified.err.constData());
    }
}

void TestReportCommand::keeps_what_somebody_edited()
{
    QCOMPARE(run(QStringLiteral("report out/s --output edited --quiet")).code, 0);
    const QByteArray mine = content(QStringLiteral("edited/report.md")) + "\nA word of mine.\n";
    QVERIFY(write(QStringLiteral("edited/report.md"), mine));
    const Outcome outcome = run(QStringLiteral("report out/s --output edited"));
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.err.contains("report.1.md"), outcome.err.constData());
    QCOMPARE(content(QStringLiteral("edited/report.1.md")), mine);
    QCOMPARE(content(QStringLiteral("edited/report.md")), content(QStringLiteral("out/s/report.md")));
}

void TestReportCommand::finds_a_number_that_was_altered()
{
    QCOMPARE(run(QStringLiteral("report out/s --output altered --quiet")).code, 0);
    QByteArray text = content(QStringLiteral("altered/trials.csv"));
    const qsizetype digit = text.indexOf(",0.") + 3; // of an accuracy
    QVERIFY(digit > 2 && digit < text.size());
    text[digit] = text[digit] == '9' ? '8' : static_cast<char>(text[digit] + 1);
    QVERIFY(write(QStringLiteral("altered/trials.csv"), text));
    const Outcome outcome = run(QStringLiteral("report out/s --output altered --verify"));
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("trials.csv") && outcome.err.contains("1 place"), outcome.err.constData());
}

void TestReportCommand::says_where_no_study_is()
{
    const Outcome outcome = run(QStringLiteral("report nowhere --output x --quiet"));
    QCOMPARE(outcome.code, 1);
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
    QVERIFY(!QFileInfo::exists(folder_.filePath(QStringLiteral("x"))));
}

void TestReportCommand::says_where_no_report_is()
{
    QVERIFY(QDir(folder_.path()).mkdir(QStringLiteral("empty")));
    const Outcome outcome = run(QStringLiteral("report out/s --output empty --verify --quiet"));
    QCOMPARE(outcome.code, 1);
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
}

QTEST_APPLESS_MAIN(TestReportCommand)
#include "test_report_command.moc"
