// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/png_files.h"
#include "tests/support/scripted_nets_torch.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

/// What `evaluate` says of answers, beside the accuracy.
class TestEvaluate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void shows_examples();
    void tells_which_layers_broke_an_answer();
    void names_the_files_of_pictures();
    void counts_pictures_that_cannot_be_read();
    void stops_once_a_drop_is_settled();
    void refuses_a_comparison_without_a_recipe_data();
    void refuses_a_comparison_without_a_recipe();
    void notes_what_an_accuracy_cannot_tell();
    void answers_by_a_probe();
    void measures_memory();

private:
    QJsonObject json(const QByteArray &line) const
    {
        const Outcome outcome = run(line + " --json --quiet");
        if (outcome.code != 0)
            qWarning("%s: exit code %d, %s", line.constData(), outcome.code, outcome.err.constData());
        return json_of(outcome);
    }
    Outcome run(const QByteArray &line) const
    {
        return run_program(QString::fromLatin1("evaluate --model cnn.pt " + line).split(QLatin1Char(' ')), folder_.path());
    }

    QTemporaryDir folder_;
};

namespace {

QStringList texts(const QJsonValue &list)
{
    QStringList result;
    for (const QJsonValue &value : list.toArray())
        result << value.toString();
    return result;
}

/// The sum of a field over the objects of a list.
qint64 sum(const QJsonValue &list, const char *key)
{
    qint64 total = 0;
    for (const QJsonValue &value : list.toArray())
        total += value[QLatin1String(key)].toInteger();
    return total;
}

bool is_share(const QJsonValue &value)
{
    return value.isDouble() && value.toDouble() >= 0 && value.toDouble() <= 1;
}

/// 32 x 32 pictures in class folders, one in ten of them cut off.
bool write_pictures(const std::filesystem::path &folder)
{
    const auto images = coloured_images(10, 10, 1);
    for (std::size_t i = 0; i < images->size(); ++i) {
        const auto name = folder / ("class" + std::to_string(images->labels[i])) / (std::to_string(i) + ".png");
        const ca::RgbImage picture = picture_of(*images, i);
        if (!(i >= 90 ? write_cut_png(name, picture) : write_png(name, picture)))
            return false;
    }
    return true;
}

/// A folder of ten classes whose images are all of the fourth.
bool write_one_class(const std::filesystem::path &folder)
{
    ca::ImageSet images = *coloured_images(3, 10, 1);
    std::fill(images.labels.begin(), images.labels.end(), 3);
    return write_cifar_folder(folder, 2, 10, 1) && write_cifar_file(folder / "test_batch.bin", images);
}

} // namespace

void TestEvaluate::initTestCase()
{
    QVERIFY(folder_.isValid());
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    QVERIFY(write_cifar_folder(folder / "data", 20, 10, 1));
    QVERIFY(write_cifar_folder(folder / "more", 100, 10, 1));
    QVERIFY(write_one_class(folder / "alike"));
    QVERIFY(write_pictures(folder / "pictures"));
}

void TestEvaluate::shows_examples()
{
    const QJsonObject found = json("--data data --split all --method int2-weight --show-examples");
    const QJsonArray examples = found[QLatin1String("examples")].toArray();
    QVERIFY(!examples.isEmpty());
    for (const QJsonValue &example : examples) {
        const QString kind = example[QLatin1String("kind")].toString();
        const bool same = example[QLatin1String("float")][QLatin1String("output")]
            == example[QLatin1String("quantized")][QLatin1String("output")];
        QCOMPARE(same, kind == QLatin1String("confident") || kind == QLatin1String("marginal"));
        const qint64 label = example[QLatin1String("label")].toInteger();
        QCOMPARE(label, example[QLatin1String("index")].toInteger() % 10); // in the order of the file
        QCOMPARE(example[QLatin1String("class")].toString(), QStringLiteral("class %1").arg(label));
        QVERIFY(example[QLatin1String("file")].isNull());
        for (const char *answer : {"float", "quantized"}) {
            QVERIFY(is_share(example[QLatin1String(answer)][QLatin1String("probability")]));
            QVERIFY(example[QLatin1String(answer)][QLatin1String("class")].toString().startsWith(QLatin1String("class ")));
        }
    }
    const QJsonValue changes = found[QLatin1String("class_changes")];
    QCOMPARE(changes.toArray().size(), 10);
    QCOMPARE(sum(changes, "images"), 200);
    QCOMPARE(sum(changes, "quantized_right"), found[QLatin1String("correct")].toInteger());
    for (const char *key : {"fixed", "broken"})
        QCOMPARE(sum(changes, key), found[QLatin1String("versus_float")][QLatin1String(key)].toInteger());
    const Outcome text = run("--data data --split all --method int2-weight --show-examples");
    QCOMPARE(text.code, 0);
    QVERIFY2(text.out.contains("float says") && text.out.contains("confident"), text.out.constData());
}

void TestEvaluate::tells_which_layers_broke_an_answer()
{
    // Under agreement each change is a broken answer, and no class of the data is meant.
    const QJsonObject found = json("--data data --split all --head agreement --method int2-weight --show-examples");
    const qint64 broken = found[QLatin1String("versus_float")][QLatin1String("broken")].toInteger();
    QVERIFY(broken > 0);
    QVERIFY(found[QLatin1String("class_changes")].toArray().isEmpty());
    const QJsonArray repairs = found[QLatin1String("repairs")].toArray();
    QCOMPARE(repairs.size(), std::min<qint64>(broken, 20));
    for (const QJsonValue &repair : repairs) {
        QVERIFY(is_share(repair[QLatin1String("before")]));
        const QJsonArray groups = repair[QLatin1String("groups")].toArray();
        QVERIFY(!groups.isEmpty());
        for (const QJsonValue &group : groups) {
            QVERIFY(!group[QLatin1String("group")].toString().isEmpty());
            QVERIFY(group[QLatin1String("repaired")].isBool());
            QVERIFY(is_share(group[QLatin1String("probability")]));
        }
    }
}

void TestEvaluate::names_the_files_of_pictures()
{
    const QJsonObject found = json("--data pictures --split all --method int8-weight --show-examples");
    const QJsonArray examples = found[QLatin1String("examples")].toArray();
    QVERIFY(!examples.isEmpty());
    for (const QJsonValue &example : examples)
        QVERIFY(QFile::exists(folder_.filePath(QStringLiteral("pictures/") + example[QLatin1String("file")].toString())));
}

void TestEvaluate::counts_pictures_that_cannot_be_read()
{
    // 100 pictures, ten of them cut off behind their header.
    const QJsonObject found = json("--data pictures --split all");
    QCOMPARE(found[QLatin1String("unread")].toInteger(), 10);
    QCOMPARE(found[QLatin1String("n")].toInteger(), 90);
    const QStringList notes = texts(found[QLatin1String("notes")]);
    QVERIFY2(notes.filter(QStringLiteral("cannot be read and do not count")).size() == 1,
             qPrintable(notes.join(QLatin1Char('\n'))));
}

void TestEvaluate::stops_once_a_drop_is_settled()
{
    const QJsonObject within = json("--data more --split all --head agreement --method int8-weight --max-drop 50");
    const QJsonValue race = within[QLatin1String("race")];
    QCOMPARE(race[QLatin1String("verdict")].toString(), QStringLiteral("within"));
    QCOMPARE(race[QLatin1String("max_drop")].toDouble(), 50.0);
    QCOMPARE(race[QLatin1String("of")].toInteger(), 1000);
    QVERIFY(race[QLatin1String("images")].toInteger() < 1000);
    QCOMPARE(within[QLatin1String("n")], race[QLatin1String("images")]);
    QVERIFY(texts(within[QLatin1String("notes")]).filter(QStringLiteral("settled after")).size() == 1);

    // What the whole split says is what the race has to say.
    const QJsonObject whole = json("--data more --split all --head agreement --method int2-weight");
    const double drop = 100 * (1 - whole[QLatin1String("top1")].toDouble());
    QVERIFY(drop > 2);
    const QJsonObject beyond =
        json("--data more --split all --head agreement --method int2-weight --max-drop " + QByteArray::number(drop / 2, 'f', 2));
    QCOMPARE(beyond[QLatin1String("race")][QLatin1String("verdict")].toString(), QStringLiteral("beyond"));
    QVERIFY(!json("--data more --samples 5 --method int8-weight").contains(QLatin1String("race")));
}

void TestEvaluate::refuses_a_comparison_without_a_recipe_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::newRow("--max-drop") << QByteArray("--max-drop 1");
    QTest::newRow("--show-examples") << QByteArray("--show-examples");
}

void TestEvaluate::refuses_a_comparison_without_a_recipe()
{
    QFETCH(const QByteArray, option);
    const Outcome outcome = run("--data data --quiet " + option);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(is_one_sentence(outcome.err), outcome.err.constData());
    QVERIFY2(outcome.err.contains("--method or --recipe"), outcome.err.constData());
}

void TestEvaluate::notes_what_an_accuracy_cannot_tell()
{
    const QStringList alike = texts(json("--data alike --split all")[QLatin1String("notes")]);
    QVERIFY2(alike.filter(QStringLiteral("one class, class 3")).size() == 1, qPrintable(alike.join(QLatin1Char('\n'))));
    const QStringList single = texts(json("--data data --samples 1")[QLatin1String("notes")]);
    QVERIFY2(single.filter(QStringLiteral("single image")).size() == 1, qPrintable(single.join(QLatin1Char('\n'))));
    const QStringList usual = texts(json("--data data")[QLatin1String("notes")]);
    QVERIFY2(usual.filter(QStringLiteral("image")).isEmpty(), qPrintable(usual.join(QLatin1Char('\n'))));
}

void TestEvaluate::answers_by_a_probe()
{
    const QJsonObject probed = json("--data data --split all --head probe --method int8-weight");
    QVERIFY(probed[QLatin1String("head")].toString().contains(QLatin1String("probe")));
    QVERIFY(probed[QLatin1String("top1")].toDouble() > 0.5); // by chance 0.1
    QVERIFY(probed[QLatin1String("versus_float")].isObject());
    // What is exported is the model, not the probe.
    const QJsonObject plain = json("--data data --samples 5 --method int8-weight");
    QCOMPARE(probed[QLatin1String("bytes")], plain[QLatin1String("bytes")]);
}

void TestEvaluate::measures_memory()
{
    const QJsonObject found = json("--data data --samples 5 --method static-int8");
    QVERIFY(found[QLatin1String("predicted_peak_memory")].toInteger() > 0);
#ifdef Q_OS_LINUX
    QVERIFY(found[QLatin1String("peak_memory")].toInteger() > 0);
#endif
}

QTEST_APPLESS_MAIN(TestEvaluate)
#include "test_evaluate.moc"
