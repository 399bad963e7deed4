// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include <QtTest>

using ca::Arguments;
using ca::Command;

class TestArguments final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_the_defaults_of_the_contract();
    void reads_the_options_of_a_run();
    void reads_the_options_of_a_method();
    void reads_the_options_of_activations_and_formats();
    void reads_how_small_mixed_may_become();
    void takes_a_model_without_a_command_as_a_run();
    void takes_a_bare_file_or_nothing_as_the_window();
    void explains_what_it_does_not_take_data();
    void explains_what_it_does_not_take();
    void prints_help_and_version();
};

namespace {

std::vector<std::string> words_of(const QString &line)
{
    std::vector<std::string> words;
    for (const QString &word : line.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        words.push_back(word.toStdString());
    return words;
}

Arguments parsed(const QString &line)
{
    const auto result = ca::parse_arguments(words_of(line));
    if (const auto *problem = std::get_if<ca::UsageError>(&result))
        qWarning("%s", problem->sentence.c_str());
    return std::get<Arguments>(result);
}

} // namespace

void TestArguments::knows_the_defaults_of_the_contract()
{
    const Arguments run = parsed(QStringLiteral("run --model m.pt --data d"));
    QCOMPARE(run.command, Command::run);
    QCOMPARE(run.provider, std::string("offline"));
    QCOMPARE(run.trials, std::size_t{24});
    QCOMPARE(run.minutes, 30.0);
    QCOMPARE(run.output, std::filesystem::path("results"));
    QCOMPARE(run.seed, std::uint64_t{0});
    QCOMPARE(run.preprocess, std::string("auto"));
    QCOMPARE(run.head, std::string("auto"));
    QVERIFY(!run.max_drop && !run.target_bytes && !run.target_ratio && !run.max_latency);
    const Arguments evaluate = parsed(QStringLiteral("evaluate --model m.pt --data d"));
    QCOMPARE(evaluate.split, std::string("holdout"));
    QCOMPARE(evaluate.batch, 32);
    QVERIFY(!evaluate.latency && !evaluate.json && !evaluate.trust);
}

void TestArguments::reads_the_options_of_a_run()
{
    const Arguments run =
        parsed(QStringLiteral("run --model=m.pt --data d --trials 12 --minutes 1.5 --max-drop 0.5 --target-bytes 123456 "
                              "--target-ratio 4 --max-latency 2.5 --output o --study s --seed 7 --threads 2 "
                              "--samples 100 --json --quiet --log-level warning"));
    QCOMPARE(run.model, std::string("m.pt"));
    QCOMPARE(run.trials, std::size_t{12});
    QCOMPARE(run.minutes, 1.5);
    QCOMPARE(run.max_drop, std::optional(0.5));
    QCOMPARE(run.target_bytes, std::optional<std::int64_t>(123456));
    QCOMPARE(run.target_ratio, std::optional(4.0));
    QCOMPARE(run.max_latency, std::optional(2.5));
    QCOMPARE(run.output, std::filesystem::path("o"));
    QCOMPARE(run.study, std::string("s"));
    QCOMPARE(run.seed, std::uint64_t{7});
    QCOMPARE(run.threads, 2);
    QCOMPARE(run.samples, std::size_t{100});
    QVERIFY(run.json && run.quiet);
    QCOMPARE(run.log_level, ca::LogLevel::warning);
}

void TestArguments::reads_the_options_of_a_method()
{
    const Arguments given =
        parsed(QStringLiteral("quantize --model m.pt --method int4-weight --group 64 --rounding nearest --asymmetric "
                              "--first-and-last-float --output o.safetensors"));
    QCOMPARE(given.method, std::string("int4-weight"));
    QCOMPARE(given.method_options.group, std::optional(64));
    QCOMPARE(given.method_options.rounding, std::optional(ca::Rounding::nearest));
    QCOMPARE(given.method_options.symmetric, std::optional(false));
    QVERIFY(given.method_options.first_and_last_float);
    const Arguments channel = parsed(QStringLiteral("quantize --model m.pt --method int4-weight --group channel --output o"));
    QCOMPARE(channel.method_options.group, std::optional(0));
    QVERIFY(!channel.method_options.symmetric);
}

void TestArguments::reads_the_options_of_activations_and_formats()
{
    const auto options = [](const char *line) {
        return parsed(QStringLiteral("quantize --model m.pt --output o --method ") + QLatin1String(line)).method_options;
    };
    const ca::MethodOptions fixed = options("static-int8 --ranges percentile --equalize --no-smooth --bias-correction");
    QCOMPARE(fixed.ranges, std::optional(ca::RangeMethod::percentile));
    QCOMPARE(fixed.equalize, std::optional(true));
    QCOMPARE(fixed.smooth, std::optional(false));
    QCOMPARE(fixed.correct_biases, std::optional(true));
    QVERIFY(!fixed.per_token && !fixed.threshold && !fixed.double_quantization && !fixed.compute);
    QCOMPARE(options("dynamic-int8 --per-token").per_token, std::optional(true));
    QCOMPARE(options("llm-int8 --threshold 0").threshold, std::optional(0.0));
    QCOMPARE(options("nf4 --single-quantization --compute bf16").double_quantization, std::optional(false));
    QCOMPARE(options("nf4 --single-quantization --compute bf16").compute, std::optional(ca::Format::bf16));
    QCOMPARE(options("w4a8 --rounding adaround").rounding, std::optional(ca::Rounding::adaround));
    const Arguments script = parsed(QStringLiteral("quantize --model m.pt --output o --method nf4 --format torchscript"));
    QCOMPARE(script.format, ca::ExportFormat::torchscript);
    QCOMPARE(parsed(QStringLiteral("quantize --model m.pt --output o --method nf4")).format, ca::ExportFormat::safetensors);
}

void TestArguments::reads_how_small_mixed_may_become()
{
    const auto mixed = [](const char *line) {
        return parsed(QStringLiteral("quantize --model m.pt --output o --method mixed ") + QLatin1String(line));
    };
    QCOMPARE(mixed("--target-bytes 123456").target_bytes, std::optional<std::int64_t>(123456));
    QCOMPARE(mixed("--target-ratio 7.5 --rounding mse --compute bf16").target_ratio, std::optional(7.5));
    QCOMPARE(mixed("--max-drop 0.5").max_drop, std::optional(0.5));
}

void TestArguments::takes_a_model_without_a_command_as_a_run()
{
    QCOMPARE(parsed(QStringLiteral("--model m.pt --data d")).command, Command::run);
    QCOMPARE(parsed(QStringLiteral("--json --data d --model=m.pt")).command, Command::run);
}

void TestArguments::takes_a_bare_file_or_nothing_as_the_window()
{
    QCOMPARE(parsed({}).command, Command::window);
    const Arguments window = parsed(QStringLiteral("-platform offscreen net.pt"));
    QCOMPARE(window.command, Command::window);
    QCOMPARE(window.file, std::string("net.pt"));
}

void TestArguments::explains_what_it_does_not_take_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("word"); // that the sentence must hold
    const auto row = [](const char *line, const char *word) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(word);
    };
    row("frobnicate", "frobnicate");
    row("reports", "run, demo, mcp, run-trial, merge, export, report, inspect, scan, quantize, evaluate, models, doctor");
    row("export s --output o", "TRIAL");
    row("export s T1", "--output");
    row("run-trial --study s --recipe r.json", "--output");
    row("merge", "STUDY");
    row("scan --data d", "--model");
    row("scan --model m.pt --formats int4,int9", "int8,static-int8,int6,int4,nf4,int3,int2");
    row("scan --model m.pt --formats int4,int4", "each once");
    row("scan --model m.pt --formats int4,", "no such list");
    row("scan --model m.pt --seconds 0", "--seconds takes a number above 0");
    row("mcp", "needs --model");
    row("run --model m.pt --data d --provider", "--provider needs a value");
    row("evaluate --model m.pt", "--data");
    row("evaluate --data d", "--model");
    row("evaluate --model", "--model needs a value");
    row("evaluate --model m.pt --model n.pt --data d", "more than once");
    row("evaluate --model m.pt --data d --samples 0", "--samples takes a whole number from 1");
    row("evaluate --model m.pt --data d --samples -5", "-5");
    row("evaluate --model m.pt --data d --samples many", "many");
    row("evaluate --model m.pt --data d --samples 10.5", "10.5");
    row("evaluate --model m.pt --data d --head softmax", "auto, logits, zero-shot, probe, agreement");
    row("evaluate --model m.pt --data d --split calibration", "selection, holdout, all");
    row("evaluate --model m.pt --data d --preprocess sideways", "sideways");
    row("evaluate --model m.pt --data d --method int9", "int4-weight");
    row("evaluate --model m.pt --data d --method int8-weight --recipe r.json", "one of them");
    row("evaluate --model m.pt --data d --first-and-last-float", "--method");
    row("evaluate --model m.pt --data d --colour", "--colour");
    row("evaluate --model m.pt --data d --threads 0", "--threads");
    row("quantize --model m.pt --output o", "--method");
    row("quantize --model m.pt --method int8-weight", "--output");
    row("quantize --model m.pt --method int8-weight --output o --format onnx", "safetensors, torchscript, recipe");
    row("quantize --model m.pt --method mixed --output o", "one of --target-bytes, --target-ratio and --max-drop");
    row("quantize --model m.pt --method mixed --output o --target-bytes 9 --max-drop 1", "one of --target-bytes");
    row("quantize --model m.pt --method nf4 --output o --group 64", "nf4 does not use --group; it takes --single-quantization");
    row("quantize --model m.pt --method nf4 --output o --target-ratio 4", "go with the method mixed");
    row("quantize --model m.pt --method int8-weight --output o --max-drop 1", "go with the method mixed");
    row("quantize --model m.pt --method fp32 --output o --compute bf16", "it takes no options");
    row("quantize --model m.pt --method mixed --output o --target-ratio 4 --smooth", "does not use --smooth or --no-smooth");
    row("quantize --model m.pt --method static-int8 --output o --per-token", "it takes --rounding");
    row("quantize --model m.pt --method dynamic-int8 --output o --threshold 3", "--per-token");
    row("quantize --model m.pt --recipe r.json --output o --ranges mse", "a recipe has its own");
    row("quantize --model m.pt --recipe r.json --output o --target-bytes 9", "go with the method mixed");
    row("quantize --model m.pt --method static-int8 --output o --smooth --no-smooth", "--smooth");
    row("quantize --model m.pt --method static-int8 --output o --ranges widest", "minmax, percentile, mse, entropy");
    row("quantize --model m.pt --method llm-int8 --output o --threshold -1", "--threshold takes a number of at least 0");
    row("evaluate --model m.pt --data d --device tpu", "cpu, cuda, mps");
    row("evaluate --model m.pt --data d --method mixed", "one of --target-bytes");
    row("run --model m.pt --data d --max-drop -1", "--max-drop");
    row("run --model m.pt --data d --minutes nan", "--minutes");
    row("run --model m.pt --data d --target-ratio 0", "above 0");
    row("run --model m.pt --data d --study ../up", "--study");
    row("run --model m.pt --data d --split all", "evaluate");
    row("inspect", "FILE");
    row("one.pt two.pt", "two.pt");
}

void TestArguments::explains_what_it_does_not_take()
{
    QFETCH(QString, line);
    QFETCH(QString, word);
    const auto result = ca::parse_arguments(words_of(line));
    const auto *problem = std::get_if<ca::UsageError>(&result);
    QVERIFY(problem);
    const QString sentence = QString::fromStdString(problem->sentence);
    QVERIFY2(sentence.contains(word), qPrintable(sentence));
    QVERIFY2(sentence.endsWith(QLatin1Char('.')), qPrintable(sentence));
}

void TestArguments::prints_help_and_version()
{
    for (const char *line : {"--help", "-h", "run --help", "evaluate -h"}) {
        const auto result = ca::parse_arguments(words_of(QString::fromLatin1(line)));
        QVERIFY2(std::holds_alternative<ca::HelpText>(result), line);
        QVERIFY(std::get<ca::HelpText>(result).text.find("--help") != std::string::npos);
    }
    const auto of_run = ca::parse_arguments({"run", "--help"});
    QVERIFY(std::get<ca::HelpText>(of_run).text.find("--max-drop") != std::string::npos);
    const auto version = ca::parse_arguments({"--version"});
    QCOMPARE(std::get<ca::HelpText>(version).text, std::string("compression-agent " CA_VERSION "\n"));
}

QTEST_APPLESS_MAIN(TestArguments)
#include "test_arguments.moc"
