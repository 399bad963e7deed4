// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/figures/figures.h"

#include <QtTest>

#include <algorithm>
#include <random>
#include <set>

using Kind = ca::TextSpan::Kind;
using Unit = ca::StoredFigure::Unit;

namespace {

/// 2,000 images; float 1838 right, 11,220,164 bytes, 4.0 ms. T2: 1804 right, 2,805,041 bytes, 1.6 ms. T3: 1752 right, 1,402,520
/// bytes.
ca::Study small_study()
{
    ca::Study study;
    study.float_bytes = ca::bytes(11'220'164);
    const auto add = [&](std::int64_t correct, std::int64_t size, std::optional<double> latency, std::int64_t fixed,
                         std::int64_t broken) {
        ca::Trial trial;
        trial.id = "T" + std::to_string(study.trials.size() + 1);
        trial.state = ca::TrialState::done;
        trial.seconds = 12.4;
        trial.selection.emplace();
        trial.selection->accuracy.n = 2000;
        trial.selection->accuracy.correct = correct;
        trial.selection->accuracy.interval = {static_cast<double>(correct) / 2000 - 0.0121,
                                              static_cast<double>(correct) / 2000 + 0.0119};
        trial.selection->size = ca::bytes(size);
        if (latency) {
            trial.selection->latency.emplace();
            trial.selection->latency->batch1 = ca::MedianInterval{*latency, 0.97 * *latency, 1.05 * *latency};
        }
        if (fixed + broken > 0)
            trial.selection->versus_float = ca::PairedComparison{fixed, broken, 0.0314, "worse"};
        study.trials.push_back(trial);
    };
    add(1838, 11'220'164, 4.0, 0, 0);
    add(1804, 2'805'041, 1.6, 21, 55);
    add(1752, 1'402'520, std::nullopt, 31, 117);
    study.float_selection = study.trials.front().selection;
    study.trials[1].on_front = study.trials[2].on_front = true;
    study.constraints.max_drop = 0.5;
    study.constraints.bytes = 6'000'000;
    study.splits = {{"selection", {2000, ""}}, {"calibration", {512, ""}}};
    return study;
}

/// What is no plain text, as "text=reference" or "text=?".
std::vector<std::string> found(std::string_view text, const ca::Study &study = small_study())
{
    std::vector<std::string> result;
    std::string whole;
    for (const ca::TextSpan &span : ca::look_up_figures(text, ca::figures_of(study, nullptr))) {
        whole += span.text;
        if (span.kind != Kind::plain)
            result.push_back(span.text + "=" + (span.kind == Kind::figure ? span.reference : "?"));
    }
    return whole == text ? result : std::vector<std::string>{"the spans are not the text"};
}

} // namespace

class TestFigures final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_where_a_figure_is_stored_data();
    void finds_where_a_figure_is_stored();
    void leaves_plain_what_claims_nothing_data();
    void leaves_plain_what_claims_nothing();
    void finds_nothing_for_what_is_not_so_data();
    void finds_nothing_for_what_is_not_so();
    void asks_for_the_trial_that_the_sentence_names();
    void looks_at_rows_of_tables();
    void reads_bytes_of_any_text();
    void catches_300_alterations();
    void knows_the_layers_of_a_scan();
};

void TestFigures::finds_where_a_figure_is_stored_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *text, const char *expected) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(expected);
    };
    // 1804 / 2000 = 90.2 %; (55 - 21) / 2000 = 1.7 points; 11220164 / 2805041 = 4.00; 1 - 1 / 4 = 75 %
    row("T2 has 90.2 %.", "90.2 %=T2/selection/top1");
    row("T2 has 90.20%.", "90.20%=T2/selection/top1");
    row("T2 has 90 %", "90 %=T2/selection/top1");
    row("T2 has 90.2 percent.", "90.2 percent=T2/selection/top1");
    row("T2 has an accuracy of 0.902.", "0.902=T2/selection/top1");
    row("T2 loses 1.7 points.", "1.7 points=T2/selection/drop");
    row("T2 loses 1.70 percentage points.", "1.70 percentage points=T2/selection/drop");
    row("T2 has a 1.7-point drop.", "1.7-point=T2/selection/drop");
    row("T2 changed by −1.7 points.", "1.7 points=T2/selection/drop");
    row("T2 takes 2.8 MB.", "2.8 MB=T2/bytes");
    row("T2 takes 2.81 MB.", "2.81 MB=T2/bytes");
    row("T2 takes 2.68 MiB.", "2.68 MiB=T2/bytes"); // 2805041 / 1048576 = 2.675
    row("T2 takes 2805 kB.", "2805 kB=T2/bytes");
    row("T2 takes 2,805,041 bytes.", "2,805,041 bytes=T2/bytes");
    row("T2 takes 2805041 bytes.", "2805041 bytes=T2/bytes");
    row("T2 takes 2\u202F805\u202F041 bytes.", "2\u202F805\u202F041 bytes=T2/bytes"); // narrow no-break spaces
    row("T2 takes 2,81 MB.", "2,81 MB=T2/bytes");
    row("T2 is 4.0 times smaller.", "4.0 times=T2/ratio");
    row("T2 is 4x smaller.", "4x=T2/ratio");
    row("T2 is 4.00× smaller.", "4.00×=T2/ratio");
    row("T2 saves 75 %.", "75 %=T2/saved");
    row("T2 has 25 % of the size.", "25 %=T2/share");
    row("T2 takes 1.6 ms.", "1.6 ms=T2/selection/latency");
    row("T2 takes 1600 µs.", "1600 µs=T2/selection/latency");
    row("T2 is 2.5 times as fast.", "2.5 times=T2/selection/speedup");
    row("T2 took 12.4 s.", "12.4 s=T2/seconds");
    row("T2 (p = 0.031).", "0.031=T2/selection/p_value");
    row("T2 is worse (p < 0.05).", "0.05=T2/selection/p_value");
    row("T2 takes < 3 MB.", "3 MB=T2/bytes");
    row("T2 has 1804 right.", "1804=T2/selection/correct");
    row("T2 lies between 89.0 and 91.4 %.", "89.0=T2/selection/low|91.4 %=T2/selection/high"); // 0.902 - 0.0121, + 0.0119
    row("T2: 89.0–91.4 %.", "89.0=T2/selection/low|91.4 %=T2/selection/high");
    row("From 91.9 to 90.2 % in T2.", "91.9=float/selection/top1|90.2 %=T2/selection/top1");
    row("Float has 91.9 % and 11.2 MB.", "91.9 %=float/selection/top1|11.2 MB=float/bytes");
    row("At most 0.5 points and 6 MB were asked for.", "0.5 points=constraint/max_drop|6 MB=constraint/target_bytes");
    row("There are 3 trials, of which 2 are on the front.", "3=study/trials|2=study/front");
    row("It was measured on 2,000 images.", "2,000=float/selection/n");
    row("T3 is 2.0 times smaller than T2.", "2.0 times=T2/bytes-T3");            // 2805041 / 1402520
    row("T3 loses 2.6 points more than T2.", "2.6 points=T2/selection/drop-T3"); // (1804 - 1752) / 2000
    row("Trial 2 has 90.2 %.", "90.2 %=T2/selection/top1");
}

void TestFigures::finds_where_a_figure_is_stored()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QString result;
    for (const std::string &each : found(text.toStdString()))
        result += (result.isEmpty() ? "" : "|") + QString::fromStdString(each);
    QCOMPARE(result, expected);
}

void TestFigures::leaves_plain_what_claims_nothing_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"",
                             "No figures at all.",
                             "T7 follows T12 and P3 in L017.",
                             "int8, int4 and nf4 weights",
                             "W4A8 on ResNet-18 and ViT-B/16",
                             "resnet18 with CIFAR-10",
                             "layer1.0.conv1",
                             "top-5, top 1",
                             "4 bits, 3.6 bits, 8-bit, 4-bit",
                             "1. First\n2. Second\n3) Third",
                             "Round 3 began",
                             "batch 1",
                             "seed 42",
                             "a 3 x 3 kernel on 3 × 32 × 32 or 224x224",
                             "with a 95 % interval",
                             "at 95 % confidence",
                             "three trials in twelve minutes",
                             "version 1.2.3 at 12:30",
                             "the 2nd and the 3rd",
                             "class 7",
                             "T3/T5",
                             "Q4_K_M",
                             "x86_64"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestFigures::leaves_plain_what_claims_nothing()
{
    QFETCH(QString, text);
    QCOMPARE(found(text.toStdString()), std::vector<std::string>{});
}

void TestFigures::finds_nothing_for_what_is_not_so_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text :
         {"T2 has 90.3 %.",          "T2 has 90.21 %.",           "T2 has 90.2 points.",      "T2 loses 1.7 %.",
          "T2 loses 17 points.",     "T2 takes 2.8 MiB.",         "T2 takes 2.8 kB.",         "T2 takes 2.8 ms.",
          "T2 takes 28 MB.",         "T2 takes 2,805,042 bytes.", "T2 is 4.1 times smaller.", "T2 saves 76 %.",
          "T2 is worse (p < 0.01).", "T2 takes < 2.8 MB.",        "T2 takes < 9 MB.",         "T3 takes 1.6 ms.",
          "T3 has 90.2 %.",          "There are 5 trials.",       "It has 99.9 % accuracy.",  "T9 has 90.2 %.",
          "T2 is 1.6 seconds fast.", "T2 needs 90.2 MB."})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestFigures::finds_nothing_for_what_is_not_so()
{
    QFETCH(QString, text);
    const auto result = found(text.toStdString());
    QCOMPARE(result.size(), std::size_t{1});
    QVERIFY2(result[0].ends_with("=?"), result[0].c_str());
}

void TestFigures::asks_for_the_trial_that_the_sentence_names()
{
    QCOMPARE(found("90.2 % is what it has."), std::vector<std::string>{"90.2 %=T2/selection/top1"}); // no trial is named
    QCOMPARE(found("T3 is smallest. It has 87.6 %."), std::vector<std::string>{"87.6 %=T3/selection/top1"});
    QCOMPARE(found("T3 is smallest. It has 90.2 %."), std::vector<std::string>{"90.2 %=?"});
    QCOMPARE(found("T3 is smallest.\n\n90.2 % is the best."), std::vector<std::string>{"90.2 %=T2/selection/top1"});
    QCOMPARE(found("T3 has 87.6 %, T2 90.2 %."),
             (std::vector<std::string>{"87.6 %=T3/selection/top1", "90.2 %=T2/selection/top1"}));
}

void TestFigures::looks_at_rows_of_tables()
{
    const std::string table =
        "| trial | bytes | top-1 | drop |\n|---|---|---|---|\n| T2 | 2805041 | 90.2 | 1.70 |\n| T3 | 2805041 | 87.6 | 4.30 |\n";
    QCOMPARE(found(table),
             (std::vector<std::string>{"2805041=T2/bytes", "90.2=T2/selection/top1", "1.70=T2/selection/drop", "2805041=?",
                                       "87.6=T3/selection/top1", "4.30=T3/selection/drop"}));
}

void TestFigures::reads_bytes_of_any_text()
{
    std::mt19937 random(5);
    std::uniform_int_distribution<int> byte(0, 255), pick(0, 3);
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (int j = 0; j < 60; ++j)
            text += pick(random) == 0 ? static_cast<char>(byte(random)) : "0123456789.,%e- xTMB\n|"[byte(random) % 22];
        QVERIFY(found(text) != std::vector<std::string>{"the spans are not the text"});
    }
}

/// True sentences, a digit of one figure made another: none of these is true, as far as the figures of the study are apart by
/// more than the digit.
void TestFigures::catches_300_alterations()
{
    const std::vector<std::string> sentences{"T2 reaches 90.20 % with 2.805 MB.",
                                             "T2 loses 1.70 points and takes 1.600 ms.",
                                             "T3 takes 1,402,520 bytes, 8.000 times fewer than float.",
                                             "T3 reaches 87.60 % and took 12.40 s.",
                                             "T2 saves 75.00 % and answers 1804 right.",
                                             "T3 broke 117 answers and fixed 31.",
                                             "T2 is 2.500 times as fast as float's 4.000 ms."};
    std::mt19937 random(11);
    int altered = 0, caught = 0;
    while (altered < 300) {
        std::string text = sentences[random() % sentences.size()];
        std::size_t place = random() % text.size();
        const auto spans = ca::look_up_figures(text, ca::figures_of(small_study(), nullptr));
        std::size_t at = 0;
        for (const ca::TextSpan &span : spans) {
            const bool here = place >= at && place < at + span.text.size() && span.kind == Kind::figure;
            at += span.text.size();
            if (!here || text[place] < '0' || text[place] > '9')
                continue;
            text[place] = static_cast<char>('0' + (text[place] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
            const auto result = found(text);
            const auto wrong =
                std::count_if(result.begin(), result.end(), [](const std::string &each) { return each.ends_with("=?"); });
            QVERIFY2(wrong == 1, text.c_str());
            ++altered;
            caught += wrong == 1 ? 1 : 0;
            break;
        }
    }
    QCOMPARE(caught, 300);
}

void TestFigures::knows_the_layers_of_a_scan()
{
    ca::SensitivityTable table;
    table.layers.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
        table.layers[i].layer.index = ca::layer_index(i);
        table.layers[i].layer.shape = {16, 3, 3, 3};
        table.layers[i].bytes["int4"] = 300 + static_cast<std::int64_t>(i);
        table.layers[i].divergence["int4"].matched_kl = i == 0 ? 0.00123 : 0.0456;
    }
    const auto look = [&](std::string_view text) {
        const auto spans = ca::look_up_figures(text, ca::figures_of({}, &table));
        const auto figure =
            std::find_if(spans.begin(), spans.end(), [](const ca::TextSpan &span) { return span.kind != Kind::plain; });
        return figure == spans.end() ? std::string() : figure->kind == Kind::figure ? figure->reference : "?";
    };
    QCOMPARE(look("L002 diverges by 0.0456 in int4."), std::string("L002/int4/divergence"));
    QCOMPARE(look("L001 diverges by 1.23e-3 in int4."), std::string("L001/int4/divergence"));
    QCOMPARE(look("L001 diverges by 1.23 × 10^-3 in int4."), std::string("L001/int4/divergence"));
    QCOMPARE(look("L001 diverges by 0.0456 in int4."), std::string("?")); // that is L002's
    QCOMPARE(look("It diverges by 0.0456."), std::string("?"));           // no layer is named
    QCOMPARE(look("L002 takes 301 bytes as int4."), std::string("L002/int4/bytes"));
    QCOMPARE(look("L002 is number 1 by divergence."), std::string()); // the number of a place, not a measurement
}

QTEST_APPLESS_MAIN(TestFigures)
#include "test_figures.moc"
