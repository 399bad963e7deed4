// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/source/stored_numbers.h"
#include "tests/support/report_sources.h"
#include "tests/support/stores.h"

#include <QtTest>

#include <cmath>

using namespace ca;
using namespace ca::report;

namespace {

/// Two trials, a scan and examples with numbers that are easily told apart.
ReportSource small_source()
{
    ReportSource source;
    source.study.float_bytes = bytes(1000);
    for (const char *id : {"T1", "T2", "T10"}) {
        Trial trial;
        trial.id = id;
        trial.state = trial.id == "T10" ? TrialState::failed : TrialState::done;
        trial.seconds = trial.id == "T1" ? 1.5 : 2.25;
        if (trial.state == TrialState::done) {
            Measurement measured;
            measured.accuracy.n = 8;
            measured.accuracy.correct = trial.id == "T1" ? 7 : 6;
            measured.size = bytes(trial.id == "T1" ? 1000 : 400);
            trial.selection = measured;
        }
        source.study.trials.push_back(trial);
    }
    source.sensitivity = Json{{"layers",
                               {{{"id", "L001"}, {"name", "a"}, {"parameters", 30}, {"divergence", {{"int4", 0.125}}}},
                                {{"id", "L002"}, {"name", "b"}, {"parameters", 12}, {"divergence", Json::object()}}}},
                              {"blocks", {{{"name", "down sample/1~"}, {"without", {{"int4", 3}}}}}}};
    source.transcript = {Json{{"kind", "turn"}}, Json{{"kind", "result"}, {"seconds", 4}}};
    return source;
}

} // namespace

class TestStoredNumbers final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_numbers_by_their_paths_data();
    void finds_numbers_by_their_paths();
    void finds_nothing_where_there_is_no_number_data();
    void finds_nothing_where_there_is_no_number();
    void names_survive_as_parts_of_paths();
    void writes_numbers_that_read_back();
    void reads_what_a_store_holds();
    void says_that_examples_are_damaged();
};

void TestStoredNumbers::finds_numbers_by_their_paths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<double>("value");
    QTest::newRow("top level") << "study/float_bytes" << 1000.0;
    QTest::newRow("by id") << "study/trials/T2/selection/top1" << 0.75;
    QTest::newRow("layer by id") << "scan/layers/L001/divergence/int4" << 0.125;
    QTest::newRow("by place") << "transcript/1/seconds" << 4.0;
    QTest::newRow("by name with signs") << "scan/blocks/down~2sample~11~0/without/int4" << 3.0;
    QTest::newRow("quotient") << "study/float_bytes / study/trials/T2/selection/bytes" << 2.5;
    QTest::newRow("points") << "study/trials/T1/selection/top1 - study/trials/T2/selection/top1 * 100" << 12.5;
    QTest::newRow("from the left") << "2 + 3 * 4" << 20.0;
    QTest::newRow("how many") << "#study/trials" << 3.0;
    QTest::newRow("how many of a kind") << "#study/trials[state=done]" << 2.0;
    QTest::newRow("by a number deeper down") << "#study/trials[selection/bytes=400]" << 1.0;
    QTest::newRow("how many keys") << "#scan/layers/L001/divergence" << 1.0;
    QTest::newRow("sum") << "+scan/layers/*/parameters" << 42.0;
    QTest::newRow("sum of what is there") << "+study/trials/*/selection/bytes" << 1400.0;
}

void TestStoredNumbers::finds_numbers_by_their_paths()
{
    QFETCH(const QString, path);
    const auto value = StoredNumbers(small_source()).value(path.toStdString());
    QVERIFY(value);
    QTEST(*value, "value");
}

void TestStoredNumbers::finds_nothing_where_there_is_no_number_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("nothing") << "";
    QTest::newRow("unknown root") << "news/1";
    QTest::newRow("unknown trial") << "study/trials/T3/selection/top1";
    QTest::newRow("a trial by its place") << "study/trials/0/selection/top1";
    QTest::newRow("not measured") << "study/trials/T10/selection/top1";
    QTest::newRow("a text") << "study/trials/T1/state";
    QTest::newRow("an object") << "study/trials/T1/selection";
    QTest::newRow("beyond the end") << "transcript/2/seconds";
    QTest::newRow("no place") << "transcript/-1/seconds";
    QTest::newRow("division by nothing") << "study/float_bytes / 0";
    QTest::newRow("half a term") << "study/float_bytes /";
    QTest::newRow("unknown sign") << "study/float_bytes ^ 2";
    QTest::newRow("unknown part of a term") << "study/float_bytes - study/none";
    QTest::newRow("count of a number") << "#study/float_bytes";
}

void TestStoredNumbers::finds_nothing_where_there_is_no_number()
{
    QFETCH(const QString, path);
    const StoredNumbers numbers(small_source());
    QVERIFY(!numbers.value(path.toStdString()));
    QVERIFY(!numbers.text(path.toStdString()));
}

void TestStoredNumbers::names_survive_as_parts_of_paths()
{
    ReportSource source;
    for (const char *name : {"a/b c~d", "слой 7", "层/🙂", "~1", "~~2 /"}) {
        source.sensitivity = Json{{"layers", {{{"name", name}, {"macs", 11}}}}};
        QCOMPARE(StoredNumbers(source).value("scan/layers/" + path_part(name) + "/macs"), std::optional<double>(11));
    }
}

void TestStoredNumbers::writes_numbers_that_read_back()
{
    const StoredNumbers numbers(small_source());
    QCOMPARE(*numbers.text("study/float_bytes"), std::string("1000"));
    QCOMPARE(*numbers.text("scan/layers/L001/divergence/int4"), std::string("0.125"));
    QCOMPARE(std::stod(*numbers.text("study/trials/T1/selection/top1 / 3")), 0.875 / 3);
}

void TestStoredNumbers::reads_what_a_store_holds()
{
    const QTemporaryDir folder;
    auto store = StudyStore::create(folder.path().toStdString() + "/study", some_facts());
    QVERIFY(store);
    for (int number = 1; number <= 20; ++number)
        QVERIFY(add_done(*store, number));
    Trial first = trial_number(1);
    first.state = TrialState::done;
    QVERIFY(store->record(first, TrialSplit::holdout, record_for(first.recipe, TrialSplit::holdout, {1, 2})));
    QVERIFY(store->set_scan("sensitivity", {{"layers", Json::array()}}));
    QVERIFY(store->append_transcript({{"kind", "person"}, {"text", "smaller"}}));
    write(store->folder() / "T1.safetensors", "weights");
    QVERIFY(store->add_artefact("export", "T1.safetensors"));
    const ExampleSet set = made_up::examples({}, "T1");
    QVERIFY(store->set_scan(kExamplesTable, Json(to_json(set, true))));
    QVERIFY(store->set_scan("machine", Json{{{"processor", "CPU"}}}));
    const auto source = read_report_source(*store);
    QVERIFY2(source, source ? "" : source.error().text().c_str());
    QCOMPARE(source->study.trials.size(), std::size_t{20});
    QCOMPARE(source->facts, some_facts());
    QCOMPARE(source->transcript.size(), std::size_t{1});
    QCOMPARE(source->artefacts.size(), std::size_t{1});
    QCOMPARE(source->machines.size(), std::size_t{1});
    QVERIFY(source->sensitivity && source->examples);
    QCOMPARE(source->examples->examples.front().picture->png, set.examples.front().picture->png);
    // `record_for` has three of ten right on selection, two on holdout.
    const StoredNumbers numbers(*source);
    QCOMPARE(numbers.value("study/trials/T20/selection/top1"), std::optional<double>(0.3));
    QCOMPARE(numbers.value("study/trials/T1/holdout/correct"), std::optional<double>(2));
}

void TestStoredNumbers::says_that_examples_are_damaged()
{
    const QTemporaryDir folder;
    auto store = StudyStore::create(folder.path().toStdString() + "/study", some_facts());
    QVERIFY(store && store->set_scan(kExamplesTable, Json{{"trial", 7}}));
    const auto source = read_report_source(*store);
    QVERIFY(!source);
    QCOMPARE(source.error().code, ErrorCode::bad_format);
}

QTEST_APPLESS_MAIN(TestStoredNumbers)
#include "test_stored_numbers.moc"
