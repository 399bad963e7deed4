// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results.h"
#include "core/report/verify/printed_number.h"
#include "core/report/verify/verify_report.h"
#include "tests/support/report_sources.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <random>

using namespace ca;
using namespace ca::report;

namespace {

const ReportOptions kOptions{"2026-11-26", "compression-agent run --model resnet18 --data cifar10 --trials 24 --seed 7"};

std::string content(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const std::filesystem::path &file, const std::string &text)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

/// A report in a folder of its own, with the store that it was made of.
class Written {
public:
    explicit Written(const SourceShape &shape = {}) : source(made_up_source(shape))
    {
        auto results = ResultsFolder::open(folder(), source);
        is_written = results && write_results(source, make_report(source, kOptions), *results);
        if (is_written)
            files = results->files();
    }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path().toStdString(); }
    [[nodiscard]] std::vector<ReportFault> faults() const
    {
        auto found = verify_report(source, kOptions, folder());
        return found ? *found : std::vector<ReportFault>{{"", "", "", found.error().text()}};
    }

    ReportSource source;
    bool is_written = false;
    std::vector<std::filesystem::path> files;

private:
    QTemporaryDir folder_;
};

/// Places of digits that a report answers for: all but those of the paths in study.json.
std::vector<std::size_t> digits_of(const std::string &text, bool is_study)
{
    const auto skipped = is_study ? text.find("\"files\"") : std::string::npos;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < std::min(text.size(), skipped); ++i)
        if (text[i] >= '0' && text[i] <= '9')
            places.push_back(i);
    return places;
}

} // namespace

class TestVerifyReport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_nothing_wrong_with_what_was_written_data();
    void finds_nothing_wrong_with_what_was_written();
    void finds_every_one_of_a_hundred_altered_digits();
    void names_the_number_of_the_store();
    void finds_altered_words_data();
    void finds_altered_words();
    void finds_missing_files();
    void holds_drawn_files_against_their_checksums();
    void takes_any_folder_for_the_files_of_a_study();
    void ends_with_many_bad_figures();
    void finds_a_report_of_another_store();
    void finds_a_figure_whose_text_and_value_were_altered_together();
    void finds_a_missing_number();
    void wants_one_date();
    void says_where_there_is_no_report();
    void reads_printed_numbers_data();
    void reads_printed_numbers();
};

void TestVerifyReport::finds_nothing_wrong_with_what_was_written_data()
{
    QTest::addColumn<SourceShape>("shape");
    QTest::newRow("usual") << SourceShape{};
    QTest::newRow("one trial") << SourceShape{.trials = 1};
    QTest::newRow("only failures") << SourceShape{.all_fail = true};
    QTest::newRow("no holdout") << SourceShape{.holdout = false};
    QTest::newRow("no labels") << SourceShape{.labels = false};
    QTest::newRow("no latency") << SourceShape{.latency = false};
    QTest::newRow("no scan, no examples") << SourceShape{.scan = false, .examples = false};
    QTest::newRow("names") << SourceShape{
        .model = "модель 模型 🙂 <b>&\"7\"</b>", .data = "数据 2025-01-02", .class_prefix = "<класс> "};
}

void TestVerifyReport::finds_nothing_wrong_with_what_was_written()
{
    QFETCH(const SourceShape, shape);
    const Written written(shape);
    QVERIFY(written.is_written);
    for (const ReportFault &fault : written.faults())
        QFAIL(to_text(fault).c_str());
}

void TestVerifyReport::finds_every_one_of_a_hundred_altered_digits()
{
    const Written written;
    QVERIFY(written.is_written);
    QVERIFY(written.files.size() >= 7); // HTML, Markdown, JSON, three tables, the chart
    std::mt19937 random(9);             // any: the places differ with it
    for (int i = 0; i < 100; ++i) {
        const auto &file = written.files[random() % written.files.size()];
        const std::string before = content(file);
        const auto places = digits_of(before, file.filename() == "study.json");
        QVERIFY(!places.empty());
        const std::size_t place = places[random() % places.size()];
        std::string after = before;
        after[place] = static_cast<char>('0' + (after[place] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
        write(file, after);
        const auto faults = written.faults();
        QVERIFY2(!faults.empty(), (file.string() + ": " + before.substr(place - std::min<std::size_t>(place, 40), 80)).c_str());
        QCOMPARE(faults.front().file, std::filesystem::relative(file, written.folder()).generic_string());
        write(file, before);
    }
    QVERIFY(written.faults().empty());
}

void TestVerifyReport::names_the_number_of_the_store()
{
    const Written written;
    const auto file = written.folder() / "trials.csv";
    std::string text = content(file);
    const auto at = text.find("44681897"); // float's bytes
    QVERIFY(at != std::string::npos);
    text[at] = '5';
    write(file, text);
    const auto faults = written.faults();
    QCOMPARE(faults.size(), std::size_t{1});
    QCOMPARE(faults[0].file, std::string("trials.csv"));
    QCOMPARE(faults[0].place, std::string("line 2")); // below the heading
    QVERIFY(faults[0].found.find("54681897") != std::string::npos);
    QVERIFY(faults[0].stored.find("44681897") != std::string::npos);
}

void TestVerifyReport::finds_altered_words_data()
{
    QTest::addColumn<std::string>("file");
    QTest::addColumn<std::string>("before");
    QTest::addColumn<std::string>("after");
    const auto row = [](const char *name, const char *file, const char *before, const char *after) {
        QTest::newRow(name) << std::string(file) << std::string(before) << std::string(after);
    };
    row("unit", "report.md", " MB", " kB");
    row("percent", "report.md", " %", " ‰");
    row("full-width digits", "report.md", " MB", "５ MB");
    row("hidden", "report.html", "<table", "<table hidden");
    row("a word more", "report.html", "</p>", " or so</p>");
    row("truth", "study.json", "\"on_front\": true", "\"on_front\": false");
    row("verdict", "study.json", "\"verdict\": \"", "\"verdict\": \"x");
    row("a path that is none", "study.json", "\"files\": [", "\"files\": [{},");
    row("colour", "pareto.svg", " fill=\"", " file=\"");
    row("checksum's name", "checksums.sha256", "trials.csv", "trials.tsv");
}

void TestVerifyReport::finds_altered_words()
{
    QFETCH(const std::string, file);
    QFETCH(const std::string, before);
    QFETCH(const std::string, after);
    const Written written;
    std::string text = content(written.folder() / file);
    const auto at = text.find(before);
    QVERIFY(at != std::string::npos);
    write(written.folder() / file, text.replace(at, before.size(), after));
    const auto faults = written.faults();
    QVERIFY(!faults.empty());
    QVERIFY(faults.front().file == file || file == "checksums.sha256");
}

void TestVerifyReport::finds_missing_files()
{
    const Written written;
    for (const auto &file : written.files) {
        const std::string text = content(file), name = std::filesystem::relative(file, written.folder()).generic_string();
        std::filesystem::remove(file);
        const auto faults = written.faults();
        QCOMPARE(faults.size(), std::size_t{1});
        QCOMPARE(to_text(faults[0]), name + " is missing.");
        write(file, text);
    }
    std::filesystem::remove(written.folder() / "checksums.sha256");
    QCOMPARE(written.faults().size(), std::size_t{1});
}

void TestVerifyReport::holds_drawn_files_against_their_checksums()
{
    const Written written;
    auto results = ResultsFolder::open(written.folder(), written.source);
    QVERIFY(results && results->write("report.pdf", "%PDF-1.4 a report"));
    QVERIFY(written.faults().empty());
    write(written.folder() / "report.pdf", "%PDF-1.4 another");
    QCOMPARE(written.faults().size(), std::size_t{1});
    QCOMPARE(written.faults()[0].file, std::string("report.pdf"));
    std::filesystem::remove(written.folder() / "report.pdf");
    QCOMPARE(to_text(written.faults().at(0)), std::string("report.pdf is missing."));
    QVERIFY(results->finish("recipes"));
    write(written.folder() / "examples.png", "of something else"); // in no list
    QCOMPARE(written.faults().back().file, std::string("examples.png"));
}

void TestVerifyReport::takes_any_folder_for_the_files_of_a_study()
{
    const QTemporaryDir folder;
    ReportSource source = made_up_source({.trials = 2});
    source.folder = std::filesystem::path(folder.path().toStdString()) / "x]y-2026";
    std::filesystem::create_directory(source.folder);
    Study study = source.study;
    study.files = {source.folder / "study.db", source.folder / "study.json"};
    QVERIFY(write_study(study, source.folder)); // as a run does before and after its report
    auto results = ResultsFolder::open(source.folder, source);
    QVERIFY(results && write_results(source, make_report(source, kOptions), *results));
    QVERIFY(write_study(study, source.folder));
    const auto faults = verify_report(source, kOptions, source.folder);
    QVERIFY(faults);
    for (const ReportFault &fault : *faults)
        QFAIL(to_text(fault).c_str());
}

void TestVerifyReport::ends_with_many_bad_figures()
{
    const Written written;
    std::string text = content(written.folder() / "report.html");
    for (int i = 0; i < 60'000; ++i)
        text += "<data value=\"7\" data-source=\"study/none\">7</data>\n";
    write(written.folder() / "report.html", text);
    QVERIFY(written.faults().size() < 1000);
}

void TestVerifyReport::finds_a_report_of_another_store()
{
    Written written;
    written.source.study.trials[2].selection->size = bytes(9'000'001);
    QVERIFY(!written.faults().empty());
}

void TestVerifyReport::finds_a_figure_whose_text_and_value_were_altered_together()
{
    const Written written;
    const auto file = written.folder() / "report.html";
    std::string text = content(file);
    const std::string figure = "value=\"44681897\" data-source=\"study/float_bytes\">44.7 MB";
    const std::string other = "value=\"34681897\" data-source=\"study/float_bytes\">34.7 MB";
    std::size_t count = 0;
    for (auto at = text.find(figure); at != std::string::npos; at = text.find(figure, at + 1), ++count)
        text.replace(at, figure.size(), other);
    QVERIFY(count > 0);
    write(file, text);
    const auto faults = written.faults();
    const auto by_path = std::count_if(faults.begin(), faults.end(), [](const ReportFault &fault) {
        return fault.found == "34.7 MB" && fault.stored == "44681897 at study/float_bytes";
    });
    QCOMPARE(static_cast<std::size_t>(by_path), count);
}

void TestVerifyReport::finds_a_missing_number()
{
    const Written written;
    const auto file = written.folder() / "report.md";
    std::string text = content(file);
    const auto at = text.find("5,000");
    QVERIFY(at != std::string::npos);
    write(file, text.erase(at, 5));
    QVERIFY(!written.faults().empty());
}

void TestVerifyReport::wants_one_date()
{
    const Written written;
    const auto file = written.folder() / "report.md";
    std::string text = content(file);
    for (auto at = text.find("2026-11-26"); at != std::string::npos; at = text.find("2026-11-26"))
        text[at + 9] = '7'; // in all places of this file
    write(file, text);
    QVERIFY(!written.faults().empty()); // report.html says another day
}

void TestVerifyReport::says_where_there_is_no_report()
{
    const QTemporaryDir empty;
    const auto found = verify_report(made_up_source(), kOptions, empty.path().toStdString());
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::not_found);
    write(std::filesystem::path(empty.path().toStdString()) / "trials.csv", "of a study that was stopped");
    QVERIFY(verify_report(made_up_source(), kOptions, empty.path().toStdString()).error().code == ErrorCode::not_found);
}

void TestVerifyReport::reads_printed_numbers_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("value");
    QTest::addColumn<bool>("shown");
    QTest::newRow("percent") << "91.34 %" << 0.91336 << true;
    QTest::newRow("percent, a digit off") << "91.35 %" << 0.91336 << false;
    QTest::newRow("points") << "0.42 points" << 0.4151 << true;
    QTest::newRow("below") << "−0.42" << -0.4151 << true;
    QTest::newRow("wrong sign") << "+0.42" << -0.4151 << false;
    QTest::newRow("megabytes") << "44.7 MB" << 44'681'897.0 << true;
    QTest::newRow("kilobytes are no megabytes") << "44.7 kB" << 44'681'897.0 << false;
    QTest::newRow("bytes") << "96 bytes" << 96.0 << true;
    QTest::newRow("milliseconds") << "3.26 ms" << 3.263976 << true;
    QTest::newRow("minutes") << "11.6 min" << 694.0 << true;
    QTest::newRow("count") << "2,359,808" << 2'359'808.0 << true;
    QTest::newRow("count, one off") << "2,359,808" << 2'359'809.0 << false;
    QTest::newRow("power") << "1.2e-5" << 0.0000123 << true;
    QTest::newRow("power, another") << "1.2e-6" << 0.0000123 << false;
    QTest::newRow("half a step") << "0.5" << 0.55 << true;
    QTest::newRow("beyond half a step") << "0.5" << 0.56 << false;
    QTest::newRow("words") << "none" << 0.0 << false;
    QTest::newRow("nothing") << "" << 0.0 << false;
    QTest::newRow("unknown unit") << "3 apples" << 3.0 << false;
}

void TestVerifyReport::reads_printed_numbers()
{
    QFETCH(const QString, text);
    QFETCH(const double, value);
    QTEST(shows(text.toStdString(), value), "shown");
}

QTEST_APPLESS_MAIN(TestVerifyReport)
#include "test_verify_report.moc"
