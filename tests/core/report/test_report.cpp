// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/report.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/verify/number_tokens.h"
#include "core/report/verify/printed_number.h"
#include "tests/support/report_sources.h"

#include <QtTest>

#include <limits>
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

Trial &trial_of(ReportSource &source, const std::string &id)
{
    auto &trials = source.study.trials;
    return *std::find_if(trials.begin(), trials.end(), [&](const Trial &trial) { return trial.id == id; });
}

/// The row of a trial in the table of trials. Eleven empty ones where it has none.
std::vector<std::string> cells(const Document &document, const std::string &id)
{
    std::vector<std::string> texts;
    if (const Table *trials = table_with(document, "The front"))
        for (const auto &row : trials->rows)
            for (const Line &cell : text_of(row[0]) == id ? row : std::vector<Line>{})
                texts.push_back(text_of(cell));
    texts.resize(11);
    return texts;
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
    void keeps_the_changes_of_the_splits_apart();
    void compares_times_with_float_of_the_same_run();
    void answers_the_constraints();
    void says_what_the_test_said_data();
    void says_what_the_test_said();
    void calls_nothing_faster_where_intervals_meet();
    void compares_trials_that_ended_early_on_their_own_images();
    void strikes_out_what_nothing_proves();
    void warns_of_what_cannot_be_trusted_data();
    void warns_of_what_cannot_be_trusted();
    void holds_holdout_to_the_drop_that_was_allowed();
    void counts_the_clocks_that_were_disturbed();
    void says_whose_examples_they_are();
    void shows_classes_without_examples();
    void marks_the_reasons_of_a_language_model();
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
    QCOMPARE(sections, 11); // those of the issue's list, in its order
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
    QCOMPARE(text_of(trials->rows[trials->marked.at(0)][6]), std::string("91.80 %"));
}

void TestReport::keeps_the_changes_of_the_splits_apart()
{
    ReportSource source = made_up_source();
    trial_of(source, "T23").holdout->versus_float = PairedComparison{2, 22, 0.0001, "undetermined"}; // 20 of 5000 lost
    const Document document = make_report(source, kOptions);
    const std::vector<std::string> best = cells(document, "T23");
    QCOMPARE(best[5], std::string("−0.40"));
    QCOMPARE(best[7], std::string("−0.10"));                      // 4 fixed, 9 broken
    const std::vector<std::string> below = cells(document, "T4"); // not on the front: holdout was not looked at
    QCOMPARE(below[5], std::string("–"));
    QCOMPARE(below[7], std::string("−0.82")); // 41 of 5000
}

void TestReport::compares_times_with_float_of_the_same_run()
{
    ReportSource source = made_up_source();
    trial_of(source, "T23").selection->float_latency->fused_fp32 = made_up::latency(7.754);
    const Document document = make_report(source, kOptions);
    QCOMPARE(cells(document, "T23")[8], std::string("3.88 ms"));
    QCOMPARE(cells(document, "T23")[9], std::string("2.00")); // 7.754 / 3.877
    QCOMPARE(cells(document, "T22")[9], std::string("2.89")); // 11.2 / 3.878
    QCOMPARE(cells(document, "T1")[8], std::string("–"));
    QVERIFY(!has(section(document, "summary"), "bfloat16"));
    trial_of(source, "T23").selection->float_latency->bf16 = made_up::latency(2.5);
    QVERIFY(has(section(make_report(source, kOptions), "summary"),
                "Float in bfloat16 is faster: it takes 2.50 ms in the same runs."));
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
    QCOMPARE(text_of((*row)[7]), std::string("−0.40"));
    QCOMPARE(text_of((*row)[10]), std::string("ended early"));
    // 91.50 % by float's 91.90 %: 0.38 points below T7, which is smaller. T6 has as many right as T7.
    const auto nearer =
        std::find_if(trials->rows.begin(), trials->rows.end(), [](const auto &cells) { return text_of(cells[0]) == "T6"; });
    QVERIFY(nearer < row);
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
                           << "was opened as trusted: its code was not refused";
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
    QTest::newRow("holdout loses") << "loss"
                                   << "Holdout does not bear out T23: there it loses 0.60 points against float, more than half a "
                                      "point, where the selection images showed a change of −0.10.";
    QTest::newRow("holdout is worse") << "worse"
                                      << "there it loses 0.20 points against float, more than chance explains";
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
        if (what == "loss" && trial.id == "T23")
            trial.holdout->versus_float = PairedComparison{4, 34, 0.07, "undetermined"}; // 30 of 5000
        if (what == "worse" && trial.id == "T23")
            trial.holdout->versus_float = PairedComparison{1, 11, 0.006, "worse"}; // 10 of 5000
        if (what == "unread" && trial.holdout)
            trial.holdout->accuracy.unread = 3;
    }
    const Document document = make_report(source, kOptions);
    QVERIFY(has(section(document, "limits"), words.toStdString()));
    QVERIFY(has(section(document, "summary"), words.toStdString()));
    QVERIFY(!has(section(make_report(made_up_source(), kOptions), "limits"), words.toStdString()));
}

void TestReport::holds_holdout_to_the_drop_that_was_allowed()
{
    ReportSource source = made_up_source();
    source.study.constraints.max_drop = 0.3;
    source.study.answer = "T23";
    trial_of(source, "T23").holdout->versus_float = PairedComparison{4, 24, 0.0002, "worse"}; // 20 of 5000
    QVERIFY(
        has(section(make_report(source, kOptions), "summary"), "it loses 0.40 points against float, more than the 0.30 points"));
    source.study.constraints.max_drop = 0.4;
    QVERIFY(!has(section(make_report(source, kOptions), "limits"), "Holdout does not bear out"));
}

void TestReport::counts_the_clocks_that_were_disturbed()
{
    ReportSource source = made_up_source();
    trial_of(source, "T3").selection->latency->warning = "Another program used the cores.";
    const std::string words = "1 of 24 trials was timed while other programs used the cores";
    QVERIFY(has(section(make_report(source, kOptions), "limits"), words + "."));
    QVERIFY(!has(section(make_report(source, kOptions), "summary"), words));
    source.study.fastest = "T3";
    QVERIFY(has(section(make_report(source, kOptions), "summary"), words + ", among them T3, the fastest."));
    for (Trial &trial : source.study.trials)
        trial.selection->latency->warning = "Another program used the cores.";
    QVERIFY(has(section(make_report(source, kOptions), "limits"), "24 of 24 trials were timed while other programs"));
}

void TestReport::says_whose_examples_they_are()
{
    ReportSource source = made_up_source();
    const std::string words = "not of T7, which is recommended";
    for (const char *anchor : {"examples", "classes"})
        QVERIFY(!has(section(make_report(source, kOptions), anchor), "which is recommended"));
    source.study.answer = "T7"; // the examples are of T23
    for (const char *anchor : {"examples", "classes"})
        QVERIFY(has(section(make_report(source, kOptions), anchor), words));
}

void TestReport::shows_classes_without_examples()
{
    ReportSource source = made_up_source({.examples = false});
    const double none = std::numeric_limits<double>::quiet_NaN();
    source.study.float_holdout->accuracy.per_class = {0.8, none, 0.9};
    trial_of(source, "T23").holdout->accuracy.per_class = {0.81, none, 0.88};
    source.facts.data = R"({"classes":["cat","dog","bird"]})";
    const auto table = [&] {
        const Document document = make_report(source, kOptions);
        const Table *found = table_with(document, "Right answers by class on holdout");
        return found ? found->rows : std::vector<std::vector<Line>>{};
    };
    const auto named = table();
    QCOMPARE(named.size(), std::size_t{2});
    QCOMPARE(text_of(named[0][0]) + " " + text_of(named[0][1]) + " " + text_of(named[0][2]) + " " + text_of(named[0][3]),
             std::string("bird 90.00 % 88.00 % −2.00"));
    QCOMPARE(text_of(named[1][0]) + " " + text_of(named[1][3]), std::string("cat +1.00"));
    source.facts.data = "of an older version";
    QCOMPARE(text_of(table().at(0)[0]), std::string("class 2"));
}

/// What a language model gives as its reason has figures that nobody looked up.
void TestReport::marks_the_reasons_of_a_language_model()
{
    const std::string reasoning = section(make_report(made_up_source(), kOptions), "reasoning"),
                      mark = "The advisor’s words: “2.1";
    std::size_t marked = 0;
    for (auto at = reasoning.find(mark); at != std::string::npos; at = reasoning.find(mark, at + 1))
        ++marked;
    QCOMPARE(marked, std::size_t{4}); // T5, T10, T15, T20
}

void TestReport::keeps_long_studies_short()
{
    const Document document = make_report(made_up_source({.trials = 500, .layers = 300}), kOptions);
    const Table *trials = table_with(document, "The front"), *layers = table_with(document, "The layers");
    QVERIFY(trials && layers);
    std::size_t on_front = 0;
    for (const auto &row : trials->rows)
        on_front += text_of(row[10]) == "front" || text_of(row[10]) == "recommended" ? 1 : 0;
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
