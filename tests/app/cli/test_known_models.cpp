// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QJsonArray>
#include <QtTest>

/// Models that the command line knows by name, and CLIP's class names.
class TestKnownModels final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void classifies_by_the_classes_of_the_data_set();
    void a_known_name_comes_before_a_file_of_that_name();
    void classifies_by_names_and_sentences_from_files();
    void splits_the_bytes_by_tower();
    void builds_a_network_with_random_weights();
    void takes_weights_from_a_file();
    void finds_classes_by_the_names_of_outputs();
    void says_what_is_wrong_data();
    void says_what_is_wrong();
    void lists_what_there_is();

private:
    Outcome run(const QByteArray &line) const
    {
        return run_program(QString::fromLatin1(line).split(QLatin1Char(' ')), folder_.path());
    }
    QJsonObject json(const QByteArray &line) const
    {
        const Outcome outcome = run(line + " --json --quiet");
        if (outcome.code != 0)
            qWarning("%s: exit code %d, %s", line.constData(), outcome.code, outcome.err.constData());
        return json_of(outcome);
    }

    QTemporaryDir folder_;
};

void TestKnownModels::initTestCase()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    qputenv("COMPRESSION_AGENT_RESOURCES", QByteArray::fromStdString((source_folder() / "resources").string()));
    qputenv("COMPRESSION_AGENT_DATA", folder_.filePath(QStringLiteral("kept")).toUtf8());
    QVERIFY(write_cifar_folder(folder / "data", 4, 10, 1));
    QVERIFY(write_bytes(folder / "names.txt", "one\n\n two \nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"));
    QVERIFY(write_bytes(folder / "sentences.txt", "a photo of a {}.\na drawing of a {}.\n"));
    QVERIFY(write_bytes(folder / "no_slot.txt", "a photo of a {}.\na drawing\n"));
    QVERIFY(write_bytes(folder / "twice.txt", "one\ntwo\none\n"));
    QVERIFY(write_bytes(folder / "three.txt", "one\ntwo\nthree\n"));
}

void TestKnownModels::classifies_by_the_classes_of_the_data_set()
{
    // reference.json of clip-tiny has 1,834 of the 2,000 images; the halves hold 1,000 each, up to chance.
    const QJsonObject found = json("evaluate --model demo --data pictogram10 --split holdout");
    QCOMPARE(found[QLatin1String("head")].toString(), QStringLiteral("zero-shot: 10 classes x 18 templates"));
    QVERIFY(std::abs(found[QLatin1String("top1")].toDouble() - 0.917) < 0.02);
    QCOMPARE(found[QLatin1String("per_class")].toArray().size(), 10);
}

void TestKnownModels::a_known_name_comes_before_a_file_of_that_name()
{
    QVERIFY(QDir(folder_.path()).mkdir(QStringLiteral("demo")));
    const QJsonObject found = json("evaluate --model demo --data pictogram10 --samples 20");
    QDir(folder_.path()).rmdir(QStringLiteral("demo"));
    QCOMPARE(found[QLatin1String("n")].toInteger(), 20);
}

void TestKnownModels::classifies_by_names_and_sentences_from_files()
{
    const QJsonObject found = json("evaluate --model demo --data data --split all --classes names.txt --templates sentences.txt");
    QCOMPARE(found[QLatin1String("head")].toString(), QStringLiteral("zero-shot: 10 classes x 2 templates"));
    QCOMPARE(found[QLatin1String("n")].toInt(), 40);
    // As many names as the data has not: there are no labels to compare with.
    const QJsonObject other = json("evaluate --model demo --data data --split all --classes three.txt");
    QVERIFY(other[QLatin1String("head")].toString().contains(QStringLiteral("agreement")));
}

void TestKnownModels::splits_the_bytes_by_tower()
{
    const QJsonObject found = json("evaluate --model demo --data data --split all --method int8-weight");
    const qint64 image = found[QLatin1String("towers")][QLatin1String("image")].toInteger(),
                 text = found[QLatin1String("towers")][QLatin1String("text")].toInteger();
    QVERIFY(image > 0 && text > 0);
    QCOMPARE(image + text, found[QLatin1String("bytes")].toInteger());
    const QJsonObject written = json("quantize --model demo --data data --method int8-weight --output q.safetensors");
    QCOMPARE(written[QLatin1String("bytes")].toInteger(), found[QLatin1String("bytes")].toInteger());
    const QJsonObject again = json("evaluate --model q.safetensors --data data --split all");
    QCOMPARE(again[QLatin1String("correct")].toInt(), found[QLatin1String("correct")].toInt());
    QCOMPARE(again[QLatin1String("towers")].toObject(), found[QLatin1String("towers")].toObject());
}

void TestKnownModels::builds_a_network_with_random_weights()
{
    const QJsonObject found = json("evaluate --model mobilenet_v2 --weights random --data data --split all --samples 1");
    QCOMPARE(found[QLatin1String("model")].toString(), QStringLiteral("mobilenet_v2"));
    QVERIFY(found[QLatin1String("notes")].toVariant().toStringList().join(QLatin1Char(' ')).contains(QStringLiteral("random")));
    // 3,504,872 parameters (torchvision) of four bytes; batch norms are folded, so a few less.
    const qint64 bytes = found[QLatin1String("bytes")].toInteger();
    QVERIFY(bytes > 13'800'000 && bytes < 14'100'000);
}

void TestKnownModels::takes_weights_from_a_file()
{
    const auto file = shared_file("models/mobilenet_v2_cifar10.pth");
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const QJsonObject found = json("evaluate --model mobilenet_v2 --weights " + QByteArray::fromStdString(file->string())
                                   + " --preprocess cifar10 --data data --split all");
    QCOMPARE(found[QLatin1String("n")].toInt(), 40);
    QCOMPARE(found[QLatin1String("model")].toString(), QStringLiteral("mobilenet_v2"));
}

void TestKnownModels::finds_classes_by_the_names_of_outputs()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    QVERIFY(write_bytes(folder / "reversed.txt",
                        "Class_9\nclass 8\nclass 7\nclass 6\nclass 5\nclass 4\nclass 3\nclass 2\nclass 1\nclass 0\n"));
    QVERIFY(write_bytes(folder / "other.txt", "a\na\nb\nc\nd\ne\nf\ng\nh\ni\n")); // two outputs of one name
    const QByteArray line = "evaluate --model cnn.pt --data data --split all --preprocess cifar10 --classes ";
    QCOMPARE(json(line + "reversed.txt")[QLatin1String("head")].toString(),
             QStringLiteral("class logits: each of the data's 10 classes is the name of one of the 10 outputs"));
    QVERIFY(
        json(line + "other.txt")[QLatin1String("head")].toString().startsWith(QStringLiteral("class logits: the model has 10")));
}

void TestKnownModels::says_what_is_wrong_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("word");
    const auto row = [](const char *line, int code, const char *word) {
        QTest::newRow(line) << QByteArray(line) << code << QString::fromUtf8(word);
    };
    row("evaluate --model demo --data data --templates no_slot.txt", 1, "Line 2");
    row("evaluate --model demo --data data --classes twice.txt", 1, "one");
    row("evaluate --model demo --data data --classes missing.txt", 1, "missing.txt");
    row("evaluate --model demo --data data --classes three.txt --head zero-shot", 1, "3 outputs");
    row("evaluate --model mobilenet_v2 --weights random --data data --classes three.txt", 1, "1000 outputs");
    row("evaluate --model resnet18 --weights missing.pth --data data", 1, "missing.pth");
    row("evaluate --model q.pt --weights random --data data", 2, "--weights");
    row("evaluate --model resnet50 --data data", 1, "resnet18");
    row("evaluate --model mobilenet_v2 --weights random --data data --head zero-shot", 2, "CLIP");
    row("inspect resnet18", 1, "not in");
}

void TestKnownModels::says_what_is_wrong()
{
    QFETCH(QByteArray, line);
    QFETCH(int, code);
    QFETCH(QString, word);
    const Outcome outcome = run(line + " --quiet");
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
    QVERIFY2(QString::fromUtf8(outcome.err).contains(word), outcome.err.constData());
    QCOMPARE(outcome.code, code);
    QCOMPARE(outcome.out, QByteArray());
}

void TestKnownModels::lists_what_there_is()
{
    const QJsonArray models = json("models")[QLatin1String("models")].toArray();
    QStringList keys;
    for (const QJsonValue &model : models)
        keys << model[QLatin1String("key")].toString();
    QCOMPARE(keys, QStringList({"demo", "clip-vit-l", "clip-vit-b", "vit_b_16", "resnet18", "mobilenet_v2"}));
    QVERIFY(!models[4][QLatin1String("available")].toBool());
    QCOMPARE(models[4][QLatin1String("parameters")].toInteger(), 11'689'512);
    QVERIFY(models[4][QLatin1String("file")].isNull());
}

QTEST_APPLESS_MAIN(TestKnownModels)
#include "test_known_models.moc"
