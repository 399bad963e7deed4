// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/report.h"
#include "core/report/results.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"
#include "tests/core/report/csv_records.h"
#include "tests/support/report_sources.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

namespace {

const char *const kHostile = "<script>alert(\"1\")</script> & ]]> '--> Кириллица 中文 😀 \x01\xff |`*_[x](y)";

/// Float and so many others, of which every third is on the front.
ca::ReportSource source_of(std::size_t trials)
{
    ca::ReportSource source;
    ca::Study &study = source.study;
    for (std::size_t number = 1; number <= trials; ++number) {
        ca::Trial trial;
        trial.id = "T" + std::to_string(number);
        trial.method = number == 1 ? "fp32" : "mixed";
        trial.state = ca::TrialState::done;
        trial.recipe.layers["conv" + std::to_string(number)] = {.format = ca::Format::int4};
        trial.selection = ca::Measurement{};
        trial.selection->size = ca::bytes(1000);
        trial.selection->accuracy.n = 5000;
        trial.selection->accuracy.correct = 4600 - static_cast<std::int64_t>(number);
        trial.holdout = trial.selection;
        trial.on_front = number % 3 == 1;
        study.trials.push_back(trial);
    }
    study.balanced = study.smallest = "T" + std::to_string(trials);
    study.fastest = "T2";
    return source;
}

QByteArray read(const QString &file)
{
    QFile opened(file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

/// The first line where a tag stands outside code and is not escaped; empty where there is none.
QString markup_in(const QString &markdown)
{
    static const QRegularExpression escape(R"(\\.)"), span("(`+)(?!`).*?(?<!`)\\1(?!`)"), tag("<(?!/?a[ >])[a-zA-Z]");
    bool in_block = false;
    for (QString line : markdown.split('\n')) {
        if (line.startsWith("```"))
            in_block = !in_block;
        else if (!in_block && line.remove(escape).remove(span).contains(tag))
            return line;
    }
    return {};
}

ca::report::Document small_document()
{
    ca::report::Document document;
    document.title = "net on data";
    document.blocks = {ca::report::Paragraph{{{"91.96 %", "study/trials/T2/holdout/top1"}}},
                       ca::report::Chart{ca::report::pareto_drawing({}, "Sizes"), {}}};
    return document;
}

} // namespace

Q_DECLARE_METATYPE(SourceShape)

class TestResultsReport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_all_that_is_text();
    void writes_the_same_bytes_again();
    void quotes_the_stored_number();
    void keeps_the_files_that_a_study_names_in_its_own_folder();
    void replaces_nothing_of_another_study();
    void is_well_formed_for_any_study_data();
    void is_well_formed_for_any_study();
    void stays_small();
};

void TestResultsReport::writes_all_that_is_text()
{
    const QTemporaryDir folder;
    ca::ReportSource source = source_of(7);
    source.examples = ca::ExampleSet{"T7", "holdout", {}, {}};
    auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
    QVERIFY(results);
    QVERIFY(ca::write_results(source, small_document(), *results));
    QVERIFY(results->finish("recipes"));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files, QDir::Name),
             (QStringList{"checksums.sha256", "failures.csv", "layers.csv", "pareto.svg", "report.html", "report.md",
                          "study.json", "trials.csv"}));
    // Float is no recipe; of the others T4 is on the front, and T7 too.
    QCOMPARE(QDir(folder.filePath("recipes")).entryList(QDir::Files, QDir::Name),
             (QStringList{"T002_fastest.json", "T004_front.json", "T007_balanced_smallest.json"}));
    const auto recipe = ca::parse_json(read(folder.filePath("recipes/T004_front.json")).toStdString(), "a recipe");
    QVERIFY(recipe);
    QCOMPARE(ca::recipe_from_json(*recipe).value(), source.study.trials[3].recipe);
    QCOMPARE(csv_cell(read(folder.filePath("layers.csv")).toStdString(), 1, "trial"), std::string("T7"));
    QVERIFY(read(folder.filePath("report.md")).contains("](pareto.svg)"));
}

void TestResultsReport::writes_the_same_bytes_again()
{
    const QTemporaryDir folder;
    const ca::ReportSource source = source_of(7);
    QByteArray before;
    for (int i = 0; i < 2; ++i) {
        auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
        QVERIFY(results && ca::write_results(source, small_document(), *results) && results->finish("recipes"));
        QVERIFY(results->set_aside().empty());
        const QByteArray sums = read(folder.filePath("checksums.sha256"));
        QVERIFY(i == 0 || sums == before);
        before = sums;
    }
}

void TestResultsReport::quotes_the_stored_number()
{
    const QTemporaryDir folder;
    const ca::ReportSource source = source_of(2);
    auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
    QVERIFY(results && ca::write_results(source, small_document(), *results));
    // 4,598 of 5,000.
    QVERIFY(read(folder.filePath("report.html"))
                .contains("<data value=\"0.9196\" data-source=\"study/trials/T2/holdout/top1\">91.96 %</data>"));
}

void TestResultsReport::keeps_the_files_that_a_study_names_in_its_own_folder()
{
    const QTemporaryDir folder;
    ca::ReportSource source = source_of(2);
    source.study.files = {"study.db", "trials/abc.safetensors"}; // as the study's runner names them
    QVERIFY(ca::write_study(source.study, folder.path().toStdString()));
    const QByteArray there = read(folder.filePath("study.json"));
    source.study.files.clear(); // as the store gives it
    source.folder = folder.path().toStdString();
    auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
    QVERIFY(results && ca::write_results(source, small_document(), *results));
    QCOMPARE(read(folder.filePath("study.json")), there);
    source.study.trials[1].selection->accuracy.correct = 1;
    QVERIFY(ca::write_results(source, small_document(), *results));
    QVERIFY(read(folder.filePath("study.json")) != there);
    QVERIFY(results->set_aside().empty());
    // It is written once more after its report.
    QVERIFY(!read(folder.filePath("checksums.sha256")).contains("study.json"));
}

void TestResultsReport::replaces_nothing_of_another_study()
{
    const QTemporaryDir folder;
    ca::ReportSource first = source_of(7), second = source_of(2);
    first.study.name = "first";
    second.study.name = "second";
    first.examples = ca::ExampleSet{"T7", "holdout", {}, {}};
    const auto write = [&](const ca::ReportSource &source) {
        auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
        const bool written = results && ca::write_results(source, small_document(), *results) && results->finish("recipes");
        return written ? results->set_aside() : std::vector<std::string>{"it was not written"};
    };
    QVERIFY(write(first).empty());
    const QByteArray study = read(folder.filePath("study.json")), trials = read(folder.filePath("trials.csv")),
                     failures = read(folder.filePath("failures.csv")), sums = read(folder.filePath("checksums.sha256"));
    QVERIFY(write(first).empty()); // its own
    // The list, study.json, two tables and the failures that the second has none of; what is the same stays.
    const auto said = write(second);
    QCOMPARE(read(folder.filePath("study.1.json")), study);
    QCOMPARE(read(folder.filePath("trials.1.csv")), trials);
    QCOMPARE(read(folder.filePath("failures.1.csv")), failures);
    QCOMPARE(read(folder.filePath("checksums.1.sha256")), sums);
    QVERIFY(!QFile::exists(folder.filePath("failures.csv")));
    QVERIFY(QFile::exists(folder.filePath("recipes/T007_balanced_smallest.json")));
    for (const char *name : {"study.1.json", "trials.1.csv", "failures.1.csv", "checksums.1.sha256"})
        QVERIFY2(std::any_of(said.begin(), said.end(), [&](const std::string &note) { return note.find(name) != note.npos; }),
                 name);
    QVERIFY(write(second).empty());
}

void TestResultsReport::is_well_formed_for_any_study_data()
{
    QTest::addColumn<SourceShape>("shape");
    const auto row = [](const char *name, SourceShape shape) {
        shape.model = shape.data = shape.class_prefix = kHostile;
        QTest::newRow(name) << shape;
    };
    row("no trial", {.trials = 0});
    row("float alone", {.trials = 1});
    row("two trials, nothing scanned", {.trials = 2, .scan = false, .examples = false});
    row("only failures", {.trials = 5, .all_fail = true});
    row("no holdout", {.trials = 5, .holdout = false});
    row("no labels, no latency", {.trials = 5, .labels = false, .latency = false});
    row("500 trials, 300 layers", {.trials = 500, .layers = 300});
}

void TestResultsReport::is_well_formed_for_any_study()
{
    QFETCH(SourceShape, shape);
    ca::ReportSource source = made_up_source(shape);
    for (ca::Trial &trial : source.study.trials)
        trial.name = trial.reason = kHostile;
    const auto document = ca::report::make_report(source, {"2026-11-26", kHostile});
    QXmlStreamReader reader(QByteArray::fromStdString(ca::report::to_html(document)));
    bool has_script = false;
    while (!reader.atEnd()) {
        reader.readNext();
        has_script = has_script || (reader.isStartElement() && reader.name() == QLatin1String("script"));
    }
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    QVERIFY(!has_script);
    QCOMPARE(markup_in(QString::fromStdString(ca::report::to_markdown(document))), QString());
}

void TestResultsReport::stays_small()
{
    ca::ReportSource source = made_up_source({.trials = 24, .layers = 54});
    ca::ExampleSet &examples = source.examples.value();
    for (ca::ShownExample &example : examples.examples)
        example.picture = ca::Thumbnail{96, 96, std::string(27'648, '\xa5')}; // as large as raw pixels
    const QTemporaryDir folder;
    auto results = ca::ResultsFolder::open(folder.path().toStdString(), source);
    QVERIFY(results && ca::write_results(source, ca::report::make_report(source, {"2026-11-26", "run"}), *results));
    qint64 size = 0;
    for (const std::filesystem::path &file : results->files())
        size += QFileInfo(QString::fromStdString(file.string())).size();
    QVERIFY2(size < 3'000'000, qPrintable(QString::number(size)));
}

QTEST_APPLESS_MAIN(TestResultsReport)
#include "test_results_report.moc"
