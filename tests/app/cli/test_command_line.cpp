// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QtTest>

/// The program as a script sees it: wrong inputs.
class TestCommandLine final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void refuses_wrong_usage_data();
    void refuses_wrong_usage();
    void refuses_a_wrong_model_data();
    void refuses_a_wrong_model();
    void refuses_data_that_are_wrong_data();
    void refuses_data_that_are_wrong();
    void refuses_an_unwritable_output_data();
    void refuses_an_unwritable_output();
    void measures_what_it_cannot_quantize();
    void survives_a_full_disk_data();
    void survives_a_full_disk();
    void does_not_write_over_what_it_reads();
    void does_not_write_over_a_study();
    void notices_that_its_result_went_nowhere();
    void opens_no_window_for_a_mistyped_command();

private:
    QString in(const char *name) const { return folder_.filePath(QString::fromLatin1(name)); }
    /// The commands that take a model and data, each with all else that they need.
    QList<QStringList> commands(const QString &model, const QString &data, const QString &output) const;

    QTemporaryDir folder_;
};

QList<QStringList> TestCommandLine::commands(const QString &model, const QString &data, const QString &output) const
{
    const auto line = [&](const char *command, const char *rest) {
        QStringList words{QString::fromLatin1(command), QStringLiteral("--model"), model, QStringLiteral("--data"), data,
                          QStringLiteral("--json")};
        return words + QString::fromLatin1(rest).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    return {line("evaluate", ""),
            line("quantize", "--method static-int8 --output") + QStringList{output + QStringLiteral("/q.safetensors")},
            line("run", "--output") + QStringList{output}};
}

void TestCommandLine::initTestCase()
{
    QVERIFY(folder_.isValid());
    qputenv("COMPRESSION_AGENT_RESOURCES", QByteArray::fromStdString((source_folder() / "resources").string()));
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    write_scripted_net(folder, "vector_input");
    write_scripted_net(folder, "content");
    QVERIFY(write_cifar_folder(folder / "data", 20, 10, 1));
    QVERIFY(write_bytes(folder / "empty.pt", ""));
    QVERIFY(write_bytes(folder / "picture.pt", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\b\2\0\0\0", 29)));
    QFile whole(in("cnn.pt"));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    QVERIFY(write_bytes(folder / "truncated.pt", whole.read(whole.size() / 2).toStdString()));
    QVERIFY(write_bytes(folder / "text.pt", "These are my notes on networks.\n"));
    QVERIFY(write_cifar_folder(folder / "no_names", 2, 10, 1));
    QVERIFY(QFile::remove(in("no_names/batches.meta.txt")));
    QVERIFY(write_cifar_folder(folder / "no_images", 2, 10, 1));
    QVERIFY(QFile::remove(in("no_images/test_batch.bin")));
    QVERIFY(QDir(folder_.path()).mkdir(QStringLiteral("nothing")));
    QVERIFY(write_cifar_folder(folder / "torn", 2, 10, 1));
    QVERIFY(write_bytes(folder / "torn" / "test_batch.bin", std::string(5000, 'x'))); // no multiple of 3073
}

void TestCommandLine::refuses_wrong_usage_data()
{
    QTest::addColumn<QString>("line");
    for (const char *line :
         {"evaluate --model cnn.pt --data data --samples 0", "evaluate --model cnn.pt --data data --samples -3",
          "evaluate --model cnn.pt", "evaluate --model cnn.pt --data data --colour", "scan --model cnn.pt --formats int9",
          "frobnicate", "quantize --model cnn.pt --method int9 --output out",
          "quantize --model cnn.pt --method static-int8 --output out",
          "quantize --model cnn.pt --method int8-weight --output out --format onnx", "run --model cnn.pt --data data --samples 0",
          "--model cnn.pt --data data --samples 0", "demo --trials 0"})
        QTest::newRow(line) << QString::fromLatin1(line);
}

void TestCommandLine::refuses_wrong_usage()
{
    QFETCH(QString, line);
    const QStringList before = listing(folder_.path());
    for (const auto &more : {QStringList{}, QStringList{QStringLiteral("--json")}}) {
        const Outcome outcome = run_program(line.split(QLatin1Char(' ')) + more, folder_.path());
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QByteArray());
        QVERIFY2(is_one_sentence(outcome.err.split('\n').value(outcome.err.count('\n') - 1)), outcome.err.constData());
    }
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::refuses_a_wrong_model_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("word"); // that the sentence must hold
    QTest::newRow("a missing file") << "missing.pt"
                                    << "missing.pt";
    QTest::newRow("an empty file") << "empty.pt"
                                   << "empty";
    QTest::newRow("a picture") << "picture.pt"
                               << "PNG";
    QTest::newRow("half a file") << "truncated.pt"
                                 << "truncated.pt";
    QTest::newRow("text") << "text.pt"
                          << "text";
    QTest::newRow("a folder") << "data"
                              << "data";
    QTest::newRow("an input that is no image") << "vector_input.pt"
                                               << "image";
}

void TestCommandLine::refuses_a_wrong_model()
{
    QFETCH(QString, model);
    QFETCH(QString, word);
    const QStringList before = listing(folder_.path());
    for (const QStringList &command : commands(model, QStringLiteral("data"), QStringLiteral("out"))) {
        const Outcome outcome = run_program(command + QStringList{QStringLiteral("--quiet")}, folder_.path());
        QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
        QVERIFY2(QString::fromUtf8(outcome.err).contains(word), outcome.err.constData());
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.out, QByteArray());
    }
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::refuses_data_that_are_wrong_data()
{
    QTest::addColumn<QString>("data");
    QTest::addColumn<QString>("word");
    QTest::newRow("a missing folder") << "missing"
                                      << "missing";
    QTest::newRow("a folder without labels") << "no_names"
                                             << "batches.meta.txt";
    QTest::newRow("a folder without test images") << "no_images"
                                                  << "test_batch.bin";
    QTest::newRow("an empty folder") << "nothing"
                                     << "nothing";
    QTest::newRow("a torn file of images") << "torn"
                                           << "3073";
    QTest::newRow("a file") << "cnn.pt"
                            << "cnn.pt";
}

void TestCommandLine::refuses_data_that_are_wrong()
{
    QFETCH(QString, data);
    QFETCH(QString, word);
    const QStringList before = listing(folder_.path());
    for (const QStringList &command : commands(QStringLiteral("cnn.pt"), data, QStringLiteral("out"))) {
        const Outcome outcome = run_program(command + QStringList{QStringLiteral("--quiet")}, folder_.path());
        QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
        QVERIFY2(QString::fromUtf8(outcome.err).contains(word), outcome.err.constData());
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.out, QByteArray());
    }
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::refuses_an_unwritable_output_data()
{
    QTest::addColumn<QString>("output");
    QTest::newRow("below a file") << "empty.pt/out"; // holds for root, too
    QTest::newRow("in the kernel's folder") << "/proc/out";
}

void TestCommandLine::refuses_an_unwritable_output()
{
    QFETCH(QString, output);
    const QStringList before = listing(folder_.path());
    for (const QStringList &command : commands(QStringLiteral("cnn.pt"), QStringLiteral("data"), output).mid(1)) {
        const Outcome outcome = run_program(command + QStringList{QStringLiteral("--quiet")}, folder_.path());
        QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
        QVERIFY2(QString::fromUtf8(outcome.err).contains(output.section(QLatin1Char('/'), 0, 1)), outcome.err.constData());
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.out, QByteArray());
    }
    QCOMPARE(listing(folder_.path()), before);
}

/// Its steps depend on the images, so only the interpreter runs it.
void TestCommandLine::measures_what_it_cannot_quantize()
{
    const QStringList before = listing(folder_.path());
    const QList<QStringList> lines = commands(QStringLiteral("content.pt"), QStringLiteral("data"), QStringLiteral("out"));
    for (const QStringList &line : lines.mid(1)) {
        const Outcome refused = run_program(line + QStringList{QStringLiteral("--quiet")}, folder_.path());
        QCOMPARE(refused.code, 1);
        QCOMPARE(refused.out, QByteArray());
        QVERIFY2(is_one_sentence(refused.err) && refused.err.contains("interpreter"), refused.err.constData());
    }
    const Outcome measured = run_program(lines.front() + QStringList{QStringLiteral("--quiet")}, folder_.path());
    QVERIFY2(measured.code == 0, measured.err.constData());
    QVERIFY(json_of(measured)[QLatin1String("n")].toInteger() > 0);
    QVERIFY(json_of(measured)[QLatin1String("bytes")].isNull());
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::survives_a_full_disk_data()
{
    QTest::addColumn<int>("limit"); // KiB
    QTest::addColumn<QStringList>("command");
    const auto lines = commands(QStringLiteral("cnn.pt"), QStringLiteral("data"), QStringLiteral("full"));
    QTest::newRow("quantize, nothing fits") << 1 << lines[1];
    QTest::newRow("run, nothing fits") << 1 << lines[2];
    QTest::newRow("demo, the study fits and its model does not")
        << 300 << QStringLiteral("demo --samples 20 --json --output full").split(QLatin1Char(' '));
}

/// A limit on each file stands in for the disk: writing fails half way in the same calls.
void TestCommandLine::survives_a_full_disk()
{
    QFETCH(int, limit);
    QFETCH(QStringList, command);
    const QStringList words{QStringLiteral("-c"), QStringLiteral("ulimit -f %1; exec \"$0\" \"$@\"").arg(limit), binary()};
    const Outcome outcome =
        run_command_of(QStringLiteral("bash"), words + command + QStringList{QStringLiteral("--quiet")}, folder_.path());
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
    QVERIFY2(outcome.err.contains("limit on file sizes is in force"), outcome.err.constData());
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.out, QByteArray());
    QCOMPARE(listing(in("full")), QStringList());
}

void TestCommandLine::does_not_write_over_what_it_reads()
{
    const QStringList before = listing(folder_.path());
    const Outcome outcome = run_program(
        QStringLiteral("quantize --model cnn.pt --method int8-weight --output ./data/../cnn.pt").split(QLatin1Char(' ')),
        folder_.path());
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("the file that is read"), outcome.err.constData());
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::does_not_write_over_a_study()
{
    QVERIFY(QDir(folder_.path()).mkpath(QStringLiteral("old/mine")));
    QVERIFY(write_bytes(in("old/mine/study.json").toStdString(), "{}"));
    const QStringList before = listing(folder_.path());
    const Outcome outcome = run_program(
        QStringLiteral("run --model cnn.pt --data data --output old --study mine").split(QLatin1Char(' ')), folder_.path());
    QCOMPARE(outcome.code, 1);
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
    QCOMPARE(listing(folder_.path()), before);
}

void TestCommandLine::notices_that_its_result_went_nowhere()
{
    if (!QFile::exists(QStringLiteral("/dev/full")))
        QSKIP("This machine has no /dev/full.");
    const QStringList words{QStringLiteral("-c"), QStringLiteral("exec \"$0\" inspect cnn.pt >/dev/full"), binary()};
    const Outcome outcome = run_command_of(QStringLiteral("bash"), words, folder_.path());
    QCOMPARE(outcome.code, 1);
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
}

void TestCommandLine::opens_no_window_for_a_mistyped_command()
{
    const Outcome version = run_program({QStringLiteral("--version")}, folder_.path());
    QCOMPARE(version.code, 0);
    QVERIFY(version.out.startsWith("compression-agent "));
    const Outcome typo = run_program({QStringLiteral("evalute")}, folder_.path()); // a mistyped command opens no window
    QCOMPARE(typo.code, 2);
}

QTEST_APPLESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
