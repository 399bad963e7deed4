// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/phrases.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

using ca::Wish;
using Kind = ca::Wish::Kind;

class TestPhrases final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_one_wish_data();
    void reads_one_wish();
    void reads_several_at_once();
    void reads_layers();
    void reads_formats();
    void reads_trials();
    void does_not_guess_data();
    void does_not_guess();
    void keeps_what_it_understood_beside_what_it_did_not();
    void knows_its_own_examples();
    void says_what_it_would_understand();
    void reads_any_words();
};

void TestPhrases::reads_one_wish_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("number");
    const auto row = [](const char *text, Kind kind, double number = 0) {
        QTest::newRow(text) << QString::fromUtf8(text) << static_cast<int>(kind) << number;
    };
    row("under 6 MB", Kind::limit_bytes, 6e6);
    row("Under 6MB please.", Kind::limit_bytes, 6e6);
    row("I want it below 512 KiB", Kind::limit_bytes, 524288);
    row("at most 1,500,000 bytes", Kind::limit_bytes, 1.5e6);
    row("no more than 2.5 mb", Kind::limit_bytes, 2.5e6);
    row("the file should fit in 800 kB", Kind::limit_bytes, 8e5);
    row("it must not exceed 6 MB", Kind::limit_bytes, 6e6);
    row("lose at most half a point", Kind::limit_drop, 0.5);
    row("lose at most 0.5 points", Kind::limit_drop, 0.5);
    row("within one point of float", Kind::limit_drop, 1);
    row("drop of at most 0.3 percentage points", Kind::limit_drop, 0.3);
    row("lose no more than 1 %", Kind::limit_drop, 1);
    row("at most a point", Kind::limit_drop, 1);
    row("lose nothing", Kind::limit_drop, 0);
    row("without any loss", Kind::limit_drop, 0);
    row("at most 3 ms", Kind::limit_latency, 3);
    row("latency under 2.5 milliseconds", Kind::limit_latency, 2.5);
    row("faster than float, under 4 ms", Kind::limit_latency, 4);
    row("four times smaller", Kind::limit_ratio, 4);
    row("make it 4x smaller", Kind::limit_ratio, 4);
    row("3.5 times smaller", Kind::limit_ratio, 3.5);
    row("twice as small", Kind::limit_ratio, 2);
    row("half the size", Kind::limit_ratio, 2);
    row("a quarter of the size", Kind::limit_ratio, 4);
    row("no limit on size", Kind::lift_bytes);
    row("lift the limit on the latency", Kind::lift_latency);
    row("no limit on accuracy", Kind::lift_drop);
    row("go on", Kind::go_on);
    row("Yes, please!", Kind::go_on);
    row("continue", Kind::go_on);
    row("run 8 more trials", Kind::go_on, 8);
    row("stop", Kind::stop);
    row("that's all", Kind::stop);
    row("status", Kind::overview);
    row("which do you recommend?", Kind::overview);
    row("where are we?", Kind::overview);
    row("help", Kind::help);
}

void TestPhrases::reads_one_wish()
{
    QFETCH(QString, text);
    QFETCH(int, kind);
    QFETCH(double, number);
    const auto understood = ca::understand(text.toStdString());
    QCOMPARE(understood.wishes.size(), std::size_t{1});
    QCOMPARE(static_cast<int>(understood.wishes[0].kind), kind);
    QVERIFY(std::abs(understood.wishes[0].number - number) < 1e-9 * (1 + number));
}

void TestPhrases::reads_several_at_once()
{
    const std::vector<Wish> expected{
        {Kind::limit_bytes, 6e6, {}, {}, {}}, {Kind::limit_drop, 0.5, {}, {}, {}}, {Kind::keep, 0, {}, {"first"}, {}}};
    const auto goal = ca::understand("under 6 MB, lose at most half a point, keep the first layer");
    QVERIFY(goal.wishes == expected && goal.not_understood.empty());
    QVERIFY(ca::understand("Under 6 MB and lose at most half a point and keep the first layer.") == goal);
    QVERIFY(ca::understand("under 6 MB; lose at most half a point. Keep the first layer!") == goal);
    const auto stay = ca::understand("lose at most half a point and stay under 6 MB");
    QVERIFY(stay.wishes == (std::vector<Wish>{expected[1], expected[0]}) && stay.not_understood.empty());
}

void TestPhrases::reads_layers()
{
    const auto layers = [](const char *text, Kind kind) {
        const auto understood = ca::understand(text);
        return understood.wishes.size() == 1 && understood.wishes[0].kind == kind && understood.not_understood.empty()
            ? understood.wishes[0].layers
            : std::vector<std::string>{"?"};
    };
    using Ids = std::vector<std::string>;
    QCOMPARE(layers("keep the first layer", Kind::keep), Ids{"first"});
    QCOMPARE(layers("keep the first and the last layer in float", Kind::keep), (Ids{"first", "last"}));
    QCOMPARE(layers("leave L003 and L017 untouched", Kind::keep), (Ids{"L003", "L017"}));
    QCOMPARE(layers("don't touch the last layer", Kind::keep), Ids{"last"});
    QCOMPARE(layers("do not quantize layer 5", Kind::keep), Ids{"L005"});
    QCOMPARE(layers("keep layers 3, 4 and 12", Kind::keep), (Ids{"L003", "L004", "L012"}));
    QCOMPARE(layers("explain layer L017", Kind::explain_layer), Ids{"L017"});
    QCOMPARE(layers("explain layer 17", Kind::explain_layer), Ids{"L017"});
    QCOMPARE(layers("what about L001?", Kind::explain_layer), Ids{"L001"});
    const auto at = ca::understand("keep L003 at int8");
    QVERIFY(at.wishes == (std::vector<Wish>{{Kind::keep, 0, {}, {"L003"}, {ca::Format::int8}}}));
    QVERIFY(ca::understand("keep l003 in 8 bits") == at);
}

void TestPhrases::reads_formats()
{
    using ca::Format;
    const auto formats = [](const char *text, Kind kind) {
        const auto understood = ca::understand(text);
        return understood.wishes.size() == 1 && understood.wishes[0].kind == kind ? understood.wishes[0].formats
                                                                                  : std::set<Format>{};
    };
    QVERIFY(formats("no int4", Kind::forbid) == std::set{Format::int4});
    QVERIFY(formats("no int4, int3 or int2", Kind::forbid) == (std::set{Format::int4, Format::int3, Format::int2}));
    QVERIFY(formats("don't use nf4", Kind::forbid) == std::set{Format::nf4});
    QVERIFY(formats("without 2-bit and 3-bit", Kind::forbid) == (std::set{Format::int2, Format::int3}));
    QVERIFY(formats("allow int4", Kind::allow) == std::set{Format::int4});
}

void TestPhrases::reads_trials()
{
    const auto trials = [](const char *text, Kind kind) {
        const auto understood = ca::understand(text);
        return understood.wishes.size() == 1 && understood.wishes[0].kind == kind && understood.not_understood.empty()
            ? understood.wishes[0].trials
            : std::vector<std::string>{"?"};
    };
    using Ids = std::vector<std::string>;
    QCOMPARE(trials("why T7", Kind::explain_trial), Ids{"T7"});
    QCOMPARE(trials("why trial 7?", Kind::explain_trial), Ids{"T7"});
    QCOMPARE(trials("tell me about t12", Kind::explain_trial), Ids{"T12"});
    QCOMPARE(trials("compare T3 and T5", Kind::compare), (Ids{"T3", "T5"}));
    QCOMPARE(trials("T3 vs T5", Kind::compare), (Ids{"T3", "T5"}));
    QCOMPARE(trials("difference between T3 and T5", Kind::compare), (Ids{"T3", "T5"}));
}

void TestPhrases::does_not_guess_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"at least 6 MB",
                             "more than half a point",
                             "over 3 ms",
                             "don't stop",
                             "do not go on",
                             "never stop",
                             "stop at 6 MB when it rains",
                             "keep the first layer unless it is small",
                             "do not lose at most half a point",
                             "twice as fast",
                             "at most 6",
                             "90 %",
                             "0 MB",
                             "zero times smaller",
                             "what is the weather",
                             "int4",
                             "keep calm",
                             "compare T3",
                             "5 parsecs",
                             "the first layer",
                             "in 5 minutes",
                             "within 30 seconds",
                             "under 6 MB or stop",
                             "ignore all previous instructions",
                             "run rm -rf now or else",
                             "if it is under 6 MB",
                             "L",
                             "T",
                             "MB",
                             "😀",
                             "--",
                             "no",
                             "how many trials",
                             "the trial"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestPhrases::does_not_guess()
{
    QFETCH(QString, text);
    const auto understood = ca::understand(text.toStdString());
    QCOMPARE(understood.wishes.size(), std::size_t{0});
    QVERIFY(text == "--" || !understood.not_understood.empty());
}

void TestPhrases::keeps_what_it_understood_beside_what_it_did_not()
{
    const auto understood = ca::understand("under 6 MB, and paint it blue");
    QVERIFY(understood.wishes == (std::vector<Wish>{{Kind::limit_bytes, 6e6, {}, {}, {}}}));
    QCOMPARE(understood.not_understood, std::vector<std::string>{"and paint it blue"});
}

void TestPhrases::knows_its_own_examples()
{
    QVERIFY(ca::known_phrases().size() >= 12);
    for (const ca::KnownPhrase &phrase : ca::known_phrases()) {
        const auto understood = ca::understand(phrase.example);
        QVERIFY2(understood.wishes.size() == 1 && understood.not_understood.empty(), phrase.example.c_str());
    }
}

void TestPhrases::says_what_it_would_understand()
{
    const std::string sentence = ca::sentence_for({"paint it blue"});
    QVERIFY(sentence.find("“paint it blue”") != std::string::npos);
    QVERIFY(sentence.find("“under 6 MB”") != std::string::npos);
}

/// In any order, and bytes that are none: limits that it finds are always possible ones.
void TestPhrases::reads_any_words()
{
    const std::vector<std::string> words{"keep",
                                         "the",
                                         "first",
                                         "and",
                                         ",",
                                         "layer",
                                         "no",
                                         "int4",
                                         "under",
                                         "6",
                                         "MB",
                                         "%",
                                         "lose",
                                         "half",
                                         "a",
                                         "point",
                                         "T3",
                                         "compare",
                                         "vs",
                                         "L002",
                                         "at",
                                         "4",
                                         "bits",
                                         "times",
                                         "smaller",
                                         "stop",
                                         "any",
                                         "size",
                                         "99999999999999999999",
                                         "-3",
                                         "1e300",
                                         "ms",
                                         "\xff",
                                         "\xe2\x80",
                                         "."};
    std::mt19937 random(3);
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (std::size_t j = random() % 9; j > 0; --j)
            text += words[random() % words.size()] + (random() % 8 == 0 ? "" : " ");
        for (const Wish &wish : ca::understand(text).wishes) {
            QVERIFY2(std::isfinite(wish.number) && wish.number >= 0, text.c_str());
            QVERIFY2(wish.kind != Kind::keep || !wish.layers.empty(), text.c_str());
            QVERIFY2(wish.kind != Kind::forbid || !wish.formats.empty(), text.c_str());
            QVERIFY2(wish.kind != Kind::compare || wish.trials.size() > 1, text.c_str());
        }
    }
}

QTEST_APPLESS_MAIN(TestPhrases)
#include "test_phrases.moc"
