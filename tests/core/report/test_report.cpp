// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/report.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/verify/number_tokens.h"
#include "core/report/verify/printed_number.h"
#include "tests/support/report_sources.h"

#include <QtTest>

#include <set>

using namespace ca;
using namespace ca::report;

namespace {

const ReportOptions kOptions{"2026-11-26", "compression-agent run --model resnet18 --data cifar10"};

template <typename Visit>
void each_line(const Document &document, const Visit &visit)
{
    const auto visit_all = [&](const auto &lines) {
        for (const Line &line : lines)
            visit(line);
    };
    for (const Block &block : document.blocks) {
        if (const auto *paragraph = std::get_if<Paragraph>(&block))
            visit(paragraph->line);
        if (const auto *warning = std::get_if<Warning>(&block))
            visit(warning->line);
        if (const auto *chart = std::get_if<Chart>(&block))
            visit(chart->caption);
        if (const auto *listing = std::get_if<Listing>(&block))
            visit_all(listing->items);
        if (const auto *grid = std::get_if<FactGrid>(&block))
            for (const FactGrid::Fact &fact : grid->facts)
                visit_all(std::array{fact.value, fact.note});
        if (const auto *table = std::get_if<Table>(&block))
            for (const auto &row : table->rows)
                visit_all(row);
        if (const auto *pictures = std::get_if<PictureRow>(&block))
            for (const PictureRow::Picture &picture : pictures->pictures)
                visit_all(picture.lines);
    }
}

std::string text_of(const Line &line)
{
    std::string text;
    for (const Run &run : line)
        text += run.text;
    return text;
}

/// All texts from one heading of the second level to the next.
std::string section(const Document &document, const std::string &anchor)
{
    Document part;
    bool inside = false;
    for (const Block &block : document.blocks) {
        if (const auto *heading = std::get_if<Heading>(&block); heading && heading->level <= 2)
            inside = heading->anchor == anchor;
        if (inside)
            part.blocks.push_back(block);
    }
    std::string text;
    each_line(part, [&](const Line &line) { text += text_of(line) + "\n"; });
    return text;
}

const Table *table_with(const Document &document, const std::string &caption)
{
    for (const Block &block : document.blocks)
        if (const auto *table = std::get_if<Table>(&block); table && table->caption.starts_with(caption))
            return table;
    return nullptr;
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class TestReport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void holds_for_every_study_data();
    void holds_for_every_study();
    void has_no_number_that_is_not_stored();
    void tells_the_recommended_trial_in_figures_of_the_store();
    void quotes_holdout_and_names_selection();
    void answers_the_constraints();
    void says_what_the_test_said_data();
    void says_what_the_test_said();
    void calls_nothing_faster_where_intervals_meet();
    void compares_trials_that_ended_early_on_their_own_images();
    void strikes_out_what_nothing_proves();
    void warns_of_what_cannot_be_trusted_data();
    void warns_of_what_cannot_be_trusted();
    void keeps_long_studies_short();
    void is_the_same_each_time();
    void recommends_no_float();
};

void TestReport::holds_for_every_study_data()
{
    QTest::addColumn<SourceShape>("shape");
    QTest::newRow("usual") << SourceShape{};
    QTest::newRow("no trial") << SourceShape{.trials = 0};
    QTest::newRow("one trial") << SourceShape{.trials = 1};
    QTest::newRow("only failures") << SourceShape{.all_fail = true};
    QTest::newRow("no holdout") << SourceShape{.holdout = false};
    QTest::newRow("no labels") << SourceShape{.labels = false};
    QTest::newRow("no latency") << SourceShape{.latency = false};
    QTest::newRow("no scan") << SourceShape{.scan = false};
    QTest::newRow("no examples") << SourceShape{.examples = false};
    QTest::newRow("few images") << SourceShape{.images = 200};
    QTest::newRow("long") << SourceShape{.trials = 500, .layers = 300};
    QTest::newRow("names") << SourceShape{.model = "модель <script>", .data = "数据 🙂", .class_prefix = "<b>класс</b> "};
}

/// Every heading is there, anchors are unique and linked to, rows fit their tables, and every figure shows what its path leads
/// to.
void TestReport::holds_for_every_study()
{
    QFETCH(const SourceShape, shape);
    const ReportSource source = made_up_source(shape);
    const Document document = make_report(source, kOptions);
    std::set<std::string> anchors;
    int sections = 0;
    for (const Block &block : document.blocks) {
        if (const auto *heading = std::get_if<Heading>(&block)) {
            QVERIFY2(anchors.insert(heading->anchor).second, heading->anchor.c_str());
            sections += heading->level == 2 ? 1 : 0;
        }
        if (const auto *table = std::get_if<Table>(&block))
            for (const auto &row : table->rows)
                QCOMPARE(row.size(), table->columns.size());
    }
    QCOMPARE(sections, 11); // those of the list, in its order
    const StoredNumbers numbers(source);
    each_line(document, [&](const Line &line) {
        for (const Run &run : line) {
            if (!run.link.empty())
                QVERIFY2(anchors.count(run.link) == 1, run.link.c_str());
            if (!run.figure.empty())
                QVERIFY2(shows(run.text, numbers.value(run.figure).value_or(-1e99)),
                         (run.text + " is not " + run.figure).c_str());
        }
    });
}

/// Words with digits outside of figures are of a text of the store, of the options, or terms of the field.
void TestReport::has_no_number_that_is_not_stored()
{
    const ReportSource source = made_up_source();
    std::string known = canonical(Json(to_json(source.study))) + canonical(to_json(source.facts))
        + canonical(Json(source.machines)) + canonical(Json(source.transcript)) + canonical(*source.sensitivity)
        + canonical(Json(to_json(*source.examples, false)));
    known += kOptions.date + kOptions.command + " 95 SHA-256 bfloat16 ";
    each_line(make_report(source, kOptions), [&](const Line &line) {
        for (const Run &run : line)
            if (run.figure.empty())
                for (const NumberToken &token : number_tokens(run.text))
                    QVERIFY2(has(known, std::string(token.text)), run.text.c_str());
    });
}

void TestReport::tells_the_recommended_trial_in_figures_of_the_store()
{
    const ReportSource source = made_up_source();
    const Trial *best = recommended_trial(source.study);
    QVERIFY(best);
    QCOMPARE(best->id, std::string("T23"));
    // 12,000,000 - 23 x 17,351 bytes; float / that; 4595 - 23 x 5000 / 20000 of 5000 images; 11.2 ms / 3.877 ms.
    const std::string summary = section(make_report(source, kOptions), "summary");
    QVERIFY(has(summary, "Recommended is T23, mixed, 3.6 bits."));
    QVERIFY(has(summary, "It takes 11.6 MB in place of 44.7 MB, 3.85 times smaller."));
    QVERIFY(has(summary, "Of 5,000 images that the search never saw it has 91.80 % right"));
    QVERIFY(has(summary, "float has 91.90 %"));
    QVERIFY(has(summary, "That is 0.10 points below float"));
    QVERIFY(has(summary, "only T23 has 4 images right, only float 9"));
    QVERIFY(has(summary, "One image takes 3.88 ms in place of 11.2 ms on 1 thread (avx512_vnni), 2.89 times as fast."));
    QVERIFY(has(summary, "T3 (the advisor’s choice): 11.9 MB, 91.90 %, 3.90 ms")); // 11,947,947 bytes; 4595 of 5000; 3.897 ms
}

void TestReport::quotes_holdout_and_names_selection()
{
    ReportSource source = made_up_source();
    for (Trial &trial : source.study.trials)
        if (trial.holdout)
            trial.holdout->accuracy.correct -= 50; // a point of 5000
    source.study.float_holdout->accuracy.correct -= 50;
    const Document document = make_report(source, kOptions);
    QVERIFY(has(section(document, "summary"), "it has 90.80 % right"));
    QVERIFY(!has(section(document, "summary"), "91.80 %"));
    const Table *trials = table_with(document, "The front");
    QVERIFY(trials);
    QCOMPARE(text_of(trials->rows[trials->marked.at(0)][4]), std::string("90.80 %"));
    QCOMPARE(text_of(trials->rows[trials->marked.at(0)][5]), std::string("91.80 %"));
}

void TestReport::answers_the_constraints()
{
    ReportSource source = made_up_source();
    source.study.constraints.max_drop = 0.5;
    source.study.constraints.bytes = 12'500'000;
    source.study.constraints.forbidden = {Format::nf4};
    source.study.answer = "T7";
    const std::string summary = section(make_report(source, kOptions), "summary");
    QVERIFY(has(summary, "loses at most 0.50 points of accuracy, takes at most 12.5 MB and uses no nf4?"));
    QVERIFY(has(summary, "Recommended is T7"));
    source.study.answer.reset();
    QVERIFY(has(section(make_report(source, kOptions), "summary"), "No trial holds all that was asked for."));
}

void TestReport::says_what_the_test_said_data()
{
    QTest::addColumn<QString>("verdict");
    QTest::addColumn<QString>("words");
    QTest::newRow("same") << "same"
                          << "No drop can be detected";
    QTest::newRow("worse") << "worse"
                           << "more than chance explains";
    QTest::newRow("better") << "better"
                            << "more than chance explains";
    QTest::newRow("undetermined") << "undetermined"
                                  << "whether that is chance these images do not tell";
}

void TestReport::says_what_the_test_said()
{
    QFETCH(const QString, verdict);
    QFETCH(const QString, words);
    ReportSource source = made_up_source();
    for (Trial &trial : source.study.trials)
        if (trial.holdout && trial.holdout->versus_float)
            trial.holdout->versus_float->verdict = verdict.toStdString();
    QVERIFY(has(section(make_report(source, kOptions), "summary"), words.toStdString()));
}

void TestReport::calls_nothing_faster_where_intervals_meet()
{
    ReportSource source = made_up_source();
    for (Trial &trial : source.study.trials)
        trial.selection->latency->batch1 = MedianInterval{11.0, 10.8, 11.3}; // float: 11.2, from 10.9
    const std::string summary = section(make_report(source, kOptions), "summary");
    QVERIFY(has(summary, "no difference that the clock can tell"));
    QVERIFY(!has(summary, "times as fast"));
}

void TestReport::compares_trials_that_ended_early_on_their_own_images()
{
    ReportSource source = made_up_source();
    Trial &trial = source.study.trials[4]; // T5, not on the front
    trial.selection->accuracy.n = 500;
    trial.selection->accuracy.correct = 480; // 96 %, on easy images: float has 482 of them
    trial.selection->versus_float = PairedComparison{1, 3, 0.6, "undetermined"};
    const Document document = make_report(source, kOptions);
    const Table *trials = table_with(document, "The front");
    QVERIFY(trials);
    const auto row =
        std::find_if(trials->rows.begin(), trials->rows.end(), [](const auto &cells) { return text_of(cells[0]) == "T5"; });
    QVERIFY(row != trials->rows.end());
    QCOMPARE(text_of((*row)[6]), std::string("−0.40"));
    QCOMPARE(text_of((*row)[9]), std::string("ended early"));
}

void TestReport::strikes_out_what_nothing_proves()
{
    std::set<std::string> wrong;
    each_line(make_report(made_up_source(), kOptions), [&](const Line &line) {
        for (const Run &run : line)
            if (run.wrong)
                wrong.insert(run.text);
    });
    QCOMPARE(wrong, (std::set<std::string>{"99.99 %", "98.76 %"})); // a turn's, and the conclusion's
}

void TestReport::warns_of_what_cannot_be_trusted_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("words");
    QTest::newRow("trust") << "trust"
                           << "holds code that does more than compute";
    QTest::newRow("simulated") << "simulated"
                               << "was simulated";
    QTest::newRow("holdout") << "holdout"
                             << "Nothing was measured on holdout";
    QTest::newRow("labels") << "labels"
                            << "have no labels that fit the model";
    QTest::newRow("few") << "few"
                         << "rests on 200 images";
    QTest::newRow("unread") << "unread"
                            << "3 images could not be read";
    QTest::newRow("clock") << "clock"
                           << "Another program used the cores.";
}

void TestReport::warns_of_what_cannot_be_trusted()
{
    QFETCH(const QString, what);
    QFETCH(const QString, words);
    SourceShape shape;
    shape.holdout = what != "holdout";
    shape.labels = what != "labels";
    shape.images = what == "few" ? 200 : 5000;
    ReportSource source = made_up_source(shape);
    source.facts.options["source"]["trust"] = what == "trust";
    for (Trial &trial : source.study.trials) {
        if (what == "simulated")
            trial.selection->latency = made_up::latency(0, false);
        if (what == "clock")
            trial.selection->latency->warning = "Another program used the cores.";
        if (what == "unread" && trial.holdout)
            trial.holdout->accuracy.unread = 3;
    }
    const Document document = make_report(source, kOptions);
    QVERIFY(has(section(document, "limits"), words.toStdString()));
    QVERIFY(has(section(document, "summary"), words.toStdString()));
    QVERIFY(!has(section(make_report(made_up_source(), kOptions), "limits"), words.toStdString()));
}

void TestReport::keeps_long_studies_short()
{
    const Document document = make_report(made_up_source({.trials = 500, .layers = 300}), kOptions);
    const Table *trials = table_with(document, "The front"), *layers = table_with(document, "The layers");
    QVERIFY(trials && layers);
    std::size_t on_front = 0;
    for (const auto &row : trials->rows)
        on_front += text_of(row[9]) == "front" || text_of(row[9]) == "recommended" ? 1 : 0;
    QCOMPARE(trials->rows.size(), on_front + 40);
    QCOMPARE(layers->rows.size(), std::size_t{100});
    const std::string left_out =
        std::to_string(500 - trials->rows.size()) + " more finished, farther from the front; trials.csv has all 500 trials.";
    QVERIFY(has(section(document, "trials"), left_out));
    QVERIFY(has(section(document, "layers"), "200 smaller ones stand in layers.csv."));
}

void TestReport::is_the_same_each_time()
{
    const ReportSource source = made_up_source();
    std::string first, second;
    each_line(make_report(source, kOptions), [&](const Line &line) { first += text_of(line); });
    each_line(make_report(source, kOptions), [&](const Line &line) { second += text_of(line); });
    QCOMPARE(first, second);
}

void TestReport::recommends_no_float()
{
    const ReportSource source = made_up_source({.trials = 1});
    QVERIFY(!recommended_trial(source.study));
    QVERIFY(has(section(make_report(source, kOptions), "summary"), "only the float model was measured"));
}

QTEST_APPLESS_MAIN(TestReport)
#include "test_report.moc"
