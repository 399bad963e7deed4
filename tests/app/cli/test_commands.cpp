// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QtTest>

/// The program as a script sees it: results.
class TestCommands final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void inspects_a_file();
    void lists_its_models();
    void says_what_it_runs_on();
    void prints_json_and_nothing_else_data();
    void prints_json_and_nothing_else();
    void measures_the_bytes_that_quantize_writes_data();
    void measures_the_bytes_that_quantize_writes();
    void measures_the_float_model_by_itself();
    void predicts_before_it_runs();
    void writes_each_format();
    void keeps_mixed_within_its_limit();
    void names_the_nearest_size_with_exit_code_3();
    void says_where_there_is_no_such_device();
    void evaluates_what_quantize_wrote();
    void carries_out_a_recipe();
    void names_the_file_in_a_folder();
    void measures_latency_and_steps();
    void gives_the_same_answers_for_the_same_seed();
    void runs_the_whole_pipeline();
    void names_what_can_be_reached_with_exit_code_3();

private:
    QString in(const char *name) const { return folder_.filePath(QString::fromLatin1(name)); }
    Outcome run(const QByteArray &line) const
    {
        return run_program(QString::fromLatin1(line).split(QLatin1Char(' ')), folder_.path());
    }
    QJsonObject json(const QByteArray &line) const;
    qint64 float_bytes(const QString &model) const; ///< of the file that `quantize --method fp32` writes

    QTemporaryDir folder_;
};

QJsonObject TestCommands::json(const QByteArray &line) const
{
    const Outcome outcome = run(line);
    if (outcome.code != 0)
        qWarning("%s: exit code %d, %s", line.constData(), outcome.code, outcome.err.constData());
    return json_of(outcome);
}

qint64 TestCommands::float_bytes(const QString &model) const
{
    const QString file = folder_.filePath(QStringLiteral("float-")) + model.chopped(3) + QStringLiteral(".safetensors");
    if (!QFile::exists(file))
        (void)json("quantize --method fp32 --quiet --json --model " + model.toLatin1() + " --output " + file.toLatin1());
    return QFileInfo(file).size();
}

void TestCommands::initTestCase()
{
    QVERIFY(folder_.isValid());
    const std::filesystem::path folder = folder_.path().toStdString();
    write_scripted_net(folder, "cnn");
    write_scripted_net(folder, "attention");
    QVERIFY(write_cifar_folder(folder / "data", 20, 10, 1));
    qputenv("COMPRESSION_AGENT_RESOURCES", QByteArray::fromStdString((source_folder() / "resources").string()));
}

void TestCommands::inspects_a_file()
{
    const QJsonObject found = json("inspect cnn.pt --json");
    QFile file(in("cnn.pt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    QCOMPARE(found[QLatin1String("file")].toString(), QStringLiteral("cnn.pt"));
    QCOMPARE(found[QLatin1String("format")].toString(), QStringLiteral("torchscript"));
    QCOMPARE(found[QLatin1String("bytes")].toInteger(), content.size());
    QCOMPARE(found[QLatin1String("sha256")].toString().toLatin1(),
             QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
    QCOMPARE(found[QLatin1String("code")][QLatin1String("verdict")].toString(), QStringLiteral("plain"));
    QVERIFY(found[QLatin1String("code")][QLatin1String("findings")].isArray());
    QVERIFY(found[QLatin1String("warnings")].isArray());
    const QJsonArray layers = found[QLatin1String("layers")].toArray();
    QVERIFY(!layers.isEmpty());
    QCOMPARE(layers[0][QLatin1String("id")].toString(), QStringLiteral("L001"));
    qint64 parameters = 0;
    for (const QJsonValue &layer : layers) {
        for (const char *key : {"id", "name", "kind", "shape", "dtype", "parameters", "bytes"})
            QVERIFY2(!layer[QLatin1String(key)].isUndefined(), key);
        parameters += layer[QLatin1String("parameters")].toInteger();
    }
    QVERIFY(parameters > 0 && parameters <= found[QLatin1String("parameters")].toInteger());
}

void TestCommands::lists_its_models()
{
    const QJsonArray models = json("models --json")[QLatin1String("models")].toArray();
    QCOMPARE(models[0][QLatin1String("key")].toString(), QStringLiteral("demo"));
    QVERIFY(models[0][QLatin1String("available")].toBool());
    QVERIFY(QFile::exists(models[0][QLatin1String("file")].toString()));
    QCOMPARE(models.size(), 6); // the demo and the five keys of the contract
}

void TestCommands::says_what_it_runs_on()
{
    const QJsonObject facts = json("doctor --json");
    QCOMPARE(facts[QLatin1String("compression-agent")].toString(), QStringLiteral(CA_VERSION));
    QVERIFY(QDir(facts[QLatin1String("resources")].toString()).exists());
    QVERIFY(facts.size() > 3);
    QVERIFY(run("doctor").out.contains("resources"));
}

void TestCommands::prints_json_and_nothing_else_data()
{
    QTest::addColumn<QString>("line");
    for (const char *line : {"inspect cnn.pt", "models", "doctor", "evaluate --model cnn.pt --data data --samples 20",
                             "quantize --model cnn.pt --data data --method static-int8 --output pure.safetensors"})
        QTest::newRow(line) << QString::fromLatin1(line);
}

void TestCommands::prints_json_and_nothing_else()
{
    QFETCH(QString, line);
    const Outcome loud = run((line + QStringLiteral(" --json --log-level debug")).toLatin1());
    QCOMPARE(loud.code, 0);
    QJsonParseError problem{};
    QVERIFY(QJsonDocument::fromJson(loud.out, &problem).isObject()); // refuses trailing text
    QCOMPARE(problem.error, QJsonParseError::NoError);
    const Outcome quiet = run((line + QStringLiteral(" --json --quiet")).toLatin1());
    QCOMPARE(quiet.code, 0);
    QCOMPARE(quiet.err, QByteArray());
}

void TestCommands::measures_the_bytes_that_quantize_writes_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("method");
    for (const char *method :
         {"fp32", "fp16", "bf16", "dynamic-int8", "static-int8", "llm-int8", "nf4", "fp4", "int8-weight", "int4-weight",
          "int3-weight", "int2-weight", "w4a8", "mixed --target-ratio 5", "static-int8 --first-and-last-float",
          "nf4 --single-quantization", "static-int8 --bias-correction --equalize"})
        QTest::newRow(method) << QStringLiteral("cnn.pt") << QString::fromLatin1(method);
    for (const char *method :
         {"int4-weight --group 32", "int8-weight --group 32 --symmetric", "int2-weight --group 32 --asymmetric"})
        QTest::newRow(method) << QStringLiteral("attention.pt") << QString::fromLatin1(method); // whose rows are multiples of 32
}

void TestCommands::measures_the_bytes_that_quantize_writes()
{
    QFETCH(QString, model);
    QFETCH(QString, method);
    const QByteArray inputs = " --json --quiet --data data --model " + model.toLatin1();
    const QByteArray common = inputs + " --method " + method.toLatin1();
    const QJsonObject written = json("quantize --output q.safetensors" + common);
    const qint64 size = QFileInfo(in("q.safetensors")).size();
    QVERIFY(size > 0);
    QCOMPARE(written[QLatin1String("bytes")].toInteger(), size);
    // Said before it ran. What smoothing and bias correction find is noted in the file: at most a thousandth.
    QVERIFY(std::abs(static_cast<double>(written[QLatin1String("predicted_bytes")].toInteger() - size))
            <= 0.001 * static_cast<double>(size));
    const QJsonObject measured = json("evaluate --samples 20" + common);
    QCOMPARE(measured[QLatin1String("bytes")].toInteger(), size);
    QCOMPARE(measured[QLatin1String("n")].toInteger(), 20);
    QVERIFY(measured[QLatin1String("versus_float")].isObject());
    QCOMPARE(float_bytes(model), written[QLatin1String("float_bytes")].toInteger());
}

void TestCommands::measures_the_float_model_by_itself()
{
    const QJsonObject plain = json("evaluate --samples 20 --json --quiet --data data --model cnn.pt");
    QCOMPARE(plain[QLatin1String("bytes")].toInteger(), float_bytes(QStringLiteral("cnn.pt")));
    QVERIFY(plain[QLatin1String("versus_float")].isNull());
    QVERIFY(plain[QLatin1String("latency")].isNull());
}

void TestCommands::predicts_before_it_runs()
{
    const Outcome outcome = run("quantize --model cnn.pt --method nf4 --output p.safetensors --json");
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.err.contains("Expected: ") && outcome.err.contains("of memory"), outcome.err.constData());
    QVERIFY(outcome.err.indexOf("Expected: ") < outcome.err.indexOf("Rounding"));
    const QJsonObject written = json_of(outcome);
    QVERIFY(written[QLatin1String("predicted_memory")].toInteger() > 0);
    QVERIFY(written[QLatin1String("predicted_seconds")].toDouble() > 0);
    QVERIFY(written[QLatin1String("notes")].isArray());
    QCOMPARE(written[QLatin1String("recipe")][QLatin1String("version")].toInteger(), 1);
    QCOMPARE(written[QLatin1String("recipe")][QLatin1String("layers")].toObject().size(),
             written[QLatin1String("layers_quantized")].toInteger());
    QCOMPARE(run("quantize --model cnn.pt --method nf4 --output p.safetensors --json --quiet").err, QByteArray());
}

void TestCommands::writes_each_format()
{
    const QJsonObject recipe = json("quantize --model cnn.pt --method int8-weight --format recipe --output made/ --json --quiet");
    QCOMPARE(recipe[QLatin1String("output")].toString(), QStringLiteral("made/cnn-int8-weight.json"));
    QVERIFY(recipe[QLatin1String("predicted_bytes")].isNull());
    QCOMPARE(recipe[QLatin1String("bytes")].toInteger(), QFileInfo(in("made/cnn-int8-weight.json")).size());
    QFile file(in("made/cnn-int8-weight.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(file.readAll()).object(), recipe[QLatin1String("recipe")].toObject());
    // The same file, whether it comes from the recipe or from the method.
    const QJsonObject by_recipe =
        json("quantize --model cnn.pt --recipe made/cnn-int8-weight.json --output a.safetensors --json --quiet");
    const QJsonObject by_method = json("quantize --model cnn.pt --method int8-weight --output b.safetensors --json --quiet");
    QCOMPARE(by_recipe[QLatin1String("recipe_hash")], by_method[QLatin1String("recipe_hash")]);
    QFile one(in("a.safetensors")), other(in("b.safetensors"));
    QVERIFY(one.open(QIODevice::ReadOnly) && other.open(QIODevice::ReadOnly));
    QVERIFY(one.readAll() == other.readAll());
    const QJsonObject script =
        json("quantize --model cnn.pt --method int8-weight --format torchscript --output made/ --json --quiet");
    QCOMPARE(script[QLatin1String("output")].toString(), QStringLiteral("made/cnn-int8-weight.pt"));
    QCOMPARE(script[QLatin1String("bytes")].toInteger(), QFileInfo(in("made/cnn-int8-weight.pt")).size());
    QCOMPARE(json("inspect made/cnn-int8-weight.pt --json")[QLatin1String("format")].toString(), QStringLiteral("torchscript"));
}

void TestCommands::keeps_mixed_within_its_limit()
{
    const QJsonObject written =
        json("quantize --model cnn.pt --method mixed --target-ratio 5 --output m.safetensors --json --quiet");
    QVERIFY(5 * QFileInfo(in("m.safetensors")).size() <= written[QLatin1String("float_bytes")].toInteger());
    QVERIFY(written[QLatin1String("notes")].toArray().last().toString().contains(QLatin1String("bits a weight on average")));
    const QJsonObject dropped = json("evaluate --model cnn.pt --data data --samples 20 --method mixed --max-drop 100 "
                                     "--rounding nearest --json --quiet");
    QCOMPARE(dropped[QLatin1String("n")].toInteger(), 20);
    QVERIFY(dropped[QLatin1String("race")].isUndefined()); // the limit is the recipe's, not a question
    bool said = false;
    for (const QJsonValue &note : dropped[QLatin1String("notes")].toArray())
        said = said || note.toString().contains(QLatin1String("calibration images"));
    QVERIFY(said);
    const Outcome blind = run("quantize --model cnn.pt --method mixed --max-drop 1 --output n.safetensors");
    QCOMPARE(blind.code, 2);
    QVERIFY2(blind.err.contains("--data"), blind.err.constData());
}

void TestCommands::names_the_nearest_size_with_exit_code_3()
{
    const Outcome outcome = run("quantize --model cnn.pt --method mixed --target-bytes 10 --output t.safetensors --quiet");
    QCOMPARE(outcome.code, 3);
    QVERIFY2(is_one_sentence(outcome.err) && outcome.err.contains("the smallest"), outcome.err.constData());
    QVERIFY(!QFile::exists(in("t.safetensors")));
}

void TestCommands::says_where_there_is_no_such_device()
{
    const Outcome outcome = run("evaluate --model cnn.pt --data data --device mps --quiet"); // Apple's, and this is no Mac
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("--device cpu"), outcome.err.constData());
}

void TestCommands::evaluates_what_quantize_wrote()
{
    const QJsonObject written =
        json("quantize --model cnn.pt --data data --method static-int8 --output e.safetensors --json --quiet");
    QVERIFY(written[QLatin1String("layers_quantized")].toInteger() > 0);
    const QJsonObject from_file = json("evaluate --model e.safetensors --data data --split all --json --quiet");
    const QJsonObject from_method = json("evaluate --model cnn.pt --data data --split all --method static-int8 --json --quiet");
    QCOMPARE(from_file[QLatin1String("n")].toInteger(), 200);
    QCOMPARE(from_file[QLatin1String("bytes")], written[QLatin1String("bytes")]);
    QCOMPARE(from_file[QLatin1String("correct")], from_method[QLatin1String("correct")]);
    QCOMPARE(from_file[QLatin1String("per_class")], from_method[QLatin1String("per_class")]);
    const Outcome twice = run("quantize --model e.safetensors --data data --method int8-weight --output f.safetensors");
    QCOMPARE(twice.code, 1);
    QVERIFY2(twice.err.contains("quantized already"), twice.err.constData());
}

void TestCommands::carries_out_a_recipe()
{
    const QJsonArray layers = json("inspect cnn.pt --json")[QLatin1String("layers")].toArray();
    const QString sha = json("inspect cnn.pt --json")[QLatin1String("sha256")].toString();
    const QString name = layers[0][QLatin1String("name")].toString();
    const QJsonObject scheme{{QStringLiteral("format"), QStringLiteral("int8")},
                             {QStringLiteral("activation"), QStringLiteral("none")},
                             {QStringLiteral("rounding"), QStringLiteral("nearest")},
                             {QStringLiteral("group"), QStringLiteral("channel")},
                             {QStringLiteral("symmetric"), true}};
    const QJsonObject recipe{{QStringLiteral("version"), 1},
                             {QStringLiteral("model"), sha},
                             {QStringLiteral("layers"), QJsonObject{{name, scheme}}},
                             {QStringLiteral("options"), QJsonObject()}};
    QVERIFY(write_bytes(in("recipe.json").toStdString(), QJsonDocument(recipe).toJson().toStdString()));
    const QJsonObject written = json("quantize --model cnn.pt --recipe recipe.json --output r.safetensors --json --quiet");
    QCOMPARE(written[QLatin1String("layers_quantized")].toInteger(), 1);
    QCOMPARE(written[QLatin1String("layers_float")].toArray().size(), layers.size() - 1);
    QCOMPARE(written[QLatin1String("bytes")].toInteger(), QFileInfo(in("r.safetensors")).size());
    QVERIFY(write_bytes(in("broken.json").toStdString(), "{\"version\":1,"));
    QCOMPARE(run("quantize --model cnn.pt --recipe broken.json --output s.safetensors").code, 1);
    QCOMPARE(run("quantize --model cnn.pt --recipe missing.json --output s.safetensors").code, 1);
    QVERIFY(!QFile::exists(in("s.safetensors")));
}

void TestCommands::names_the_file_in_a_folder()
{
    const QJsonObject written = json("quantize --model cnn.pt --method int4-weight --output new/ --json --quiet");
    QCOMPARE(written[QLatin1String("output")].toString(), QStringLiteral("new/cnn-int4-weight.safetensors"));
    QVERIFY(QFile::exists(in("new/cnn-int4-weight.safetensors")));
}

void TestCommands::measures_latency_and_steps()
{
    const QJsonObject measured = json(
        "evaluate --model cnn.pt --data data --samples 20 --method static-int8 --latency --batch 4 --profile --json --quiet");
    const QJsonValue latency = measured[QLatin1String("latency")];
    QCOMPARE(latency[QLatin1String("threads")].toInteger(), 1);
    QVERIFY(latency[QLatin1String("kernel")].toString() == QLatin1String("simulated")
            || latency[QLatin1String("batch1")][QLatin1String("median")].toDouble() > 0);
    QVERIFY(
        measured[QLatin1String("float_latency")][QLatin1String("torchscript")][QLatin1String("batch1")][QLatin1String("median")]
            .toDouble()
        > 0);
    QVERIFY(!measured[QLatin1String("profile")].toArray().isEmpty());
}

void TestCommands::gives_the_same_answers_for_the_same_seed()
{
    const char *line =
        "evaluate --model cnn.pt --data data --samples 50 --seed 5 --threads 2 --method int4-weight --json --quiet";
    const QJsonObject first = json(line);
    const QJsonObject second = json(line);
    for (const char *key : {"correct", "n", "per_class", "versus_float", "bytes", "split"})
        QCOMPARE(first[QLatin1String(key)], second[QLatin1String(key)]);
    QVERIFY(json("evaluate --model cnn.pt --data data --samples 50 --seed 6 --json --quiet")[QLatin1String("split")]
            != first[QLatin1String("split")]);
}

void TestCommands::runs_the_whole_pipeline()
{
    const Outcome outcome = run("--model cnn.pt --data data --samples 40 --output out --json");
    QCOMPARE(outcome.code, 0);
    const QJsonObject study = json_of(outcome);
    QCOMPARE(study[QLatin1String("study")].toString(), QStringLiteral("cnn-data"));
    QVERIFY(study[QLatin1String("trials")].toArray().size() >= 3);
    QVERIFY(!study[QLatin1String("front")].toArray().isEmpty());
    for (const char *name : {"study.db", "study.json", "trials.csv", "pareto.svg", "report.html", "report.md", "layers.csv"})
        QVERIFY2(QFileInfo(in("out/cnn-data") + QLatin1Char('/') + QLatin1String(name)).size() > 0, name);
#ifdef CA_GUI
    for (const char *name : {"pareto.png", "report.pdf"})
        QVERIFY2(QFileInfo(in("out/cnn-data") + QLatin1Char('/') + QLatin1String(name)).size() > 0, name);
#else
    QVERIFY2(outcome.err.contains("report.pdf and pareto.png are missing"), outcome.err.constData());
#endif
    QVERIFY(study[QLatin1String("files")].toArray().size() >= 7);
    QFile kept(in("out/cnn-data/study.json"));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(kept.readAll()).object(), study); // the same object
    for (const QJsonValue &file : study[QLatin1String("files")].toArray())
        QVERIFY2(QFile::exists(in(file.toString().toLatin1())), qPrintable(file.toString()));
    QCOMPARE(study[QLatin1String("float")][QLatin1String("selection")][QLatin1String("n")].toInteger(), 40);
    QCOMPARE(run("--model cnn.pt --data data --output out").code, 1); // it is there
}

void TestCommands::names_what_can_be_reached_with_exit_code_3()
{
    const Outcome outcome =
        run("run --model cnn.pt --data data --samples 20 --trials 3 --output tight --target-bytes 1 --json --quiet");
    QCOMPARE(outcome.code, 3);
    QVERIFY2(is_one_sentence(outcome.err) && outcome.err.contains("the smallest that the other constraints allow has"),
             outcome.err.constData());
    QVERIFY(QFile::exists(in("tight/cnn-data/study.json"))); // what was measured is kept
}

QTEST_APPLESS_MAIN(TestCommands)
#include "test_commands.moc"
