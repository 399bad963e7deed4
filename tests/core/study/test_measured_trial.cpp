// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measured_trial.h"
#include "tests/support/stores.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <random>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::MeasuredTrial;
using ca::StudyStore;
using ca::TrialSplit;
using ca::TrialState;

namespace {

MeasuredTrial result_of(int number, TrialSplit split = TrialSplit::selection, double seconds = 12.1)
{
    MeasuredTrial result{"mixed", "mixed, 4 bits", recipe_number(number), record_for(recipe_number(number), split)};
    result.record.measurement.seconds = seconds;
    return result;
}

} // namespace

class TestMeasuredTrial final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_back_from_its_file();
    void has_the_fields_that_others_read();
    void a_result_that_contradicts_itself_is_refused_data();
    void a_result_that_contradicts_itself_is_refused();
    void a_hostile_file_is_a_sentence_data();
    void a_hostile_file_is_a_sentence();
    void a_changed_file_never_crashes();

    void merging_finishes_the_trial_that_waited();
    void merging_twice_changes_nothing();
    void any_order_gives_the_same_study();
    void an_unknown_recipe_becomes_a_trial();
    void a_trial_that_was_carried_out_here_keeps_its_time();
    void results_that_differ_are_refused_and_change_nothing();
    void a_result_of_another_study_is_refused_data();
    void a_result_of_another_study_is_refused();

private:
    [[nodiscard]] fs::path place(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }
    /// Two trials that wait and one that failed.
    [[nodiscard]] StudyStore fresh(const std::string &name) const;
    QTemporaryDir folder_;
};

StudyStore TestMeasuredTrial::fresh(const std::string &name) const
{
    StudyStore store = std::move(*StudyStore::create(place(name), some_facts()));
    for (int number = 1; number <= 3; ++number) {
        ca::Trial trial = trial_number(number);
        if (number == 3) {
            trial.state = TrialState::failed;
            trial.error = "The machine was switched off.";
        }
        if (!store.add_trial(trial))
            qFatal("the study of the test cannot be written");
    }
    return store;
}

void TestMeasuredTrial::comes_back_from_its_file()
{
    const MeasuredTrial before = result_of(1);
    QVERIFY(write_measured_trial(before, place("result.json")));
    const auto after = ca::read_measured_trial(place("result.json"));
    QVERIFY2(after, after ? "" : after.error().text().c_str());
    QCOMPARE(after->method, std::string("mixed"));
    QCOMPARE(after->name, std::string("mixed, 4 bits"));
    QVERIFY(after->recipe == before.recipe);
    QVERIFY(after->record.key == before.record.key);
    QVERIFY(after->record.answers == before.record.answers);
    QVERIFY(after->record.measurement.accuracy.right == before.record.measurement.accuracy.right);
    QVERIFY(to_json(after->record.measurement) == to_json(before.record.measurement));
}

void TestMeasuredTrial::has_the_fields_that_others_read()
{
    const ca::Json json = to_json(result_of(1));
    QCOMPARE(json["version"].get<int>(), 1);
    QCOMPARE(json["right"].get<std::string>(), std::string("CQI="));               // images 0, 3 and 9: bytes 0x09, 0x02
    QCOMPARE(json["answers"].get<std::string>(), std::string("AQgCAggCAgICAgg=")); // one byte each: 7 + 1 or 1 + 1
    QCOMPARE(json["measurement"]["correct"].get<int>(), 3);
    QCOMPARE(json["recipe"]["layers"]["layer1"]["format"].get<std::string>(), std::string("int8"));
}

void TestMeasuredTrial::a_result_that_contradicts_itself_is_refused_data()
{
    QTest::addColumn<QByteArray>("place");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("a version to come") << QByteArray("/version") << QByteArray("2");
    QTest::newRow("a version of text") << QByteArray("/version") << QByteArray("\"1\"");
    QTest::newRow("another recipe than its key's") << QByteArray("/recipe/layers/layer1/format") << QByteArray("\"int4\"");
    QTest::newRow("a recipe that is none") << QByteArray("/recipe") << QByteArray("[]");
    QTest::newRow("a key that is none") << QByteArray("/key") << QByteArray("null");
    QTest::newRow("more right than its flags") << QByteArray("/measurement/correct") << QByteArray("4");
    QTest::newRow("more images than its flags") << QByteArray("/measurement/n") << QByteArray("11");
    QTest::newRow("images for all the memory there is") << QByteArray("/measurement/n") << QByteArray("1099511627776");
    QTest::newRow("flags of seventeen images") << QByteArray("/right") << QByteArray("\"CQIA\"");
    QTest::newRow("flags that are no base64") << QByteArray("/right") << QByteArray("\"?\"");
    QTest::newRow("flags that are a number") << QByteArray("/right") << QByteArray("9");
    QTest::newRow("answers of nine images") << QByteArray("/answers") << QByteArray("\"AQgCAggCAgICAg==\"");
    QTest::newRow("a name of another kind") << QByteArray("/name") << QByteArray("{}");
    QTest::newRow("a name without end") << QByteArray("/name") << "\"" + QByteArray(501, 'x') + "\"";
}

void TestMeasuredTrial::a_result_that_contradicts_itself_is_refused()
{
    QFETCH(QByteArray, place);
    QFETCH(QByteArray, value);
    ca::Json json = to_json(result_of(1));
    QVERIFY(ca::measured_trial_from_json(json));
    json[ca::Json::json_pointer(place.toStdString())] = ca::Json::parse(value.toStdString());
    const auto result = ca::measured_trial_from_json(json);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::bad_format);
}

void TestMeasuredTrial::a_hostile_file_is_a_sentence_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArray sound = QByteArray::fromStdString(to_json(result_of(1)).dump());
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a part") << sound.left(sound.size() / 2);
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("nested deeply") << QByteArray(100'000, '[');
    QTest::newRow("a key twice") << "{\"version\":1," + sound.mid(1);
    QTest::newRow("bytes that are no text") << QByteArray("{\"version\":1,\"method\":\"\xFF\xFE\"}");
    QTest::newRow("a number beyond all") << QByteArray("{\"version\":1e999}");
    QTest::newRow("something after it") << sound + "{}";
}

void TestMeasuredTrial::a_hostile_file_is_a_sentence()
{
    QFETCH(QByteArray, text);
    const fs::path file = place("hostile.json");
    write(file, text.toStdString());
    const auto result = ca::read_measured_trial(file);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::bad_format);
    QVERIFY2(contains(result.error().text(), file.string()), result.error().text().c_str());
}

/// Whatever one byte is changed to: what is read is sound in itself.
void TestMeasuredTrial::a_changed_file_never_crashes()
{
    const std::string sound = to_json(result_of(1)).dump();
    std::mt19937 random(3);
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string text = sound;
        text[random() % text.size()] = static_cast<char>(random() % 256);
        const auto json = ca::parse_json(text, "the text");
        const auto result = json ? ca::measured_trial_from_json(*json) : ca::Result<MeasuredTrial>(forward(json));
        refused += result ? 0 : 1;
        if (result) {
            QVERIFY(check(result->record));
            QCOMPARE(hash(result->recipe), result->record.key.recipe);
        }
    }
    QVERIFY(refused > 1000);
}

void TestMeasuredTrial::merging_finishes_the_trial_that_waited()
{
    StudyStore store = fresh("waits");
    QVERIFY(merge_result(store, result_of(2)));
    QVERIFY(merge_result(store, result_of(3)));
    const auto trials = store.trials();
    QVERIFY(trials && trials->size() == 3);
    QVERIFY(trials->at(0).state == TrialState::queued && !trials->at(0).selection);
    for (const std::size_t i : {1U, 2U}) {
        const ca::Trial &trial = trials->at(i);
        QVERIFY(trial.state == TrialState::done && trial.selection);
        QVERIFY(trial.error.empty());
        QCOMPARE(trial.name, std::string("mixed, 3.6 bits")); // as the study named it
        QCOMPARE(trial.seconds, 12.1);
        QVERIFY(trial.selection->accuracy.right == result_of(2).record.measurement.accuracy.right);
    }
}

void TestMeasuredTrial::merging_twice_changes_nothing()
{
    StudyStore store = fresh("twice");
    for (const MeasuredTrial &result : {result_of(1), result_of(9), result_of(1, TrialSplit::holdout)})
        QVERIFY(merge_result(store, result));
    const auto once = dump(store);
    QVERIFY(once);
    for (const MeasuredTrial &result : {result_of(9), result_of(1, TrialSplit::holdout), result_of(1)})
        QVERIFY(merge_result(store, result));
    QCOMPARE(dump(store).value(), *once);
}

void TestMeasuredTrial::any_order_gives_the_same_study()
{
    std::vector<MeasuredTrial> results{result_of(2), result_of(2, TrialSplit::selection, 3.5), result_of(3, TrialSplit::holdout),
                                       result_of(8), result_of(8, TrialSplit::selection, 2)};
    results[1].record.answers.clear(); // of two machines that carried out the same
    results[4].name = "mixed, four bits";
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    std::string first;
    int number = 0;
    do {
        if (number++ % 4 != 0) // 30 of the 120 orders
            continue;
        StudyStore store = fresh("order " + std::to_string(number));
        QVERIFY(store.transaction([&]() -> ca::Status {
            for (const std::size_t i : order)
                if (const auto merged = merge_result(store, results[i]); !merged)
                    return merged;
            return {};
        }));
        const auto text = dump(store);
        QVERIFY(text);
        if (first.empty())
            first = *text;
        QVERIFY2(*text == first, qPrintable(QString::number(number)));
    } while (std::next_permutation(order.begin(), order.end()));
    QCOMPARE(number, 120);
    QVERIFY(contains(first, "\"selection\": {") && contains(first, "\"seconds\": 12.1")); // "12.1" is less than "3.5" as text
    QVERIFY(!contains(first, "\"seconds\": 3.5"));
}

void TestMeasuredTrial::an_unknown_recipe_becomes_a_trial()
{
    StudyStore store = fresh("unknown");
    QVERIFY(merge_result(store, result_of(7)));
    const auto trials = store.trials();
    QVERIFY(trials && trials->size() == 4);
    const ca::Trial &trial = trials->back();
    QCOMPARE(trial.id, "TM" + hash(recipe_number(7)).substr(0, 12));
    QVERIFY(trial.origin == ca::TrialOrigin::user && trial.state == TrialState::done);
    QCOMPARE(trial.name, std::string("mixed, 4 bits"));
    QVERIFY(trial.recipe == recipe_number(7));
    ca::Trial next = trial_number(4); // the study's own go on counting
    QVERIFY(store.add_trial(next));
    QCOMPARE(store.trials()->at(3).id, std::string("T4"));
}

void TestMeasuredTrial::a_trial_that_was_carried_out_here_keeps_its_time()
{
    StudyStore store = fresh("here");
    ca::Trial trial = trial_number(1);
    trial.state = TrialState::done;
    trial.seconds = 99;
    QVERIFY(store.record(trial, TrialSplit::selection, record_for(trial.recipe, TrialSplit::selection)));
    const auto before = dump(store);
    QVERIFY(merge_result(store, result_of(1)));
    QCOMPARE(dump(store).value(), before.value());
}

void TestMeasuredTrial::results_that_differ_are_refused_and_change_nothing()
{
    StudyStore store = fresh("differ");
    QVERIFY(merge_result(store, result_of(2)));
    const auto before = dump(store);
    MeasuredTrial other = result_of(2);
    other.record = record_for(recipe_number(2), TrialSplit::selection, {0, 3, 8});
    const auto merged = merge_result(store, other);
    QVERIFY(!merged);
    QCOMPARE(merged.error().code, ErrorCode::bad_data);
    QVERIFY2(contains(merged.error().sentence, "differ in their answers or their size"), merged.error().sentence.c_str());
    QCOMPARE(dump(store).value(), before.value());
}

void TestMeasuredTrial::a_result_of_another_study_is_refused_data()
{
    QTest::addColumn<QString>("part");
    QTest::addColumn<QString>("named");
    QTest::newRow("model") << "model"
                           << "another model";
    QTest::newRow("data") << "data"
                          << "another data set, preprocessing or head";
    QTest::newRow("split") << "split"
                           << "another choice of images";
    QTest::newRow("seed") << "seed"
                          << "another seed";
    QTest::newRow("program") << "program"
                             << "another version of this program";
}

void TestMeasuredTrial::a_result_of_another_study_is_refused()
{
    QFETCH(QString, part);
    QFETCH(QString, named);
    StudyStore store = fresh(std::string("foreign ") + QTest::currentDataTag());
    const auto before = dump(store);
    MeasuredTrial result = result_of(5);
    ca::Json key = to_json(result.record.key);
    key[part.toStdString()] = part == QLatin1String("seed") ? ca::Json(1U) : ca::Json("x");
    result.record.key = ca::measurement_key_from_json(key).value();
    const auto merged = merge_result(store, result);
    QVERIFY(!merged);
    QCOMPARE(merged.error().code, ErrorCode::bad_data);
    QVERIFY2(contains(merged.error().sentence, named.toStdString()), merged.error().sentence.c_str());
    QCOMPARE(dump(store).value(), before.value());
}

QTEST_APPLESS_MAIN(TestMeasuredTrial)
#include "test_measured_trial.moc"
