// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measurement_record.h"
#include "tests/support/stores.h"

#include <QCryptographicHash>
#include <QtTest>

using ca::ErrorCode;
using Bytes = std::vector<std::uint8_t>;

class TestMeasurementRecord final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void flags_take_a_bit_each();
    void flags_of_another_number_are_refused();
    void answers_take_as_few_bytes_as_serve();
    void answers_that_are_cut_off_are_refused();
    void a_key_is_hashed_by_all_of_its_parts();
    void a_record_that_contradicts_itself_is_refused();
    void two_records_become_one_whichever_comes_first();
    void records_with_other_answers_are_not_joined();
};

void TestMeasurementRecord::flags_take_a_bit_each()
{
    QVERIFY(ca::pack_flags(Bytes{1, 0, 0, 1, 0, 0, 0, 0, 0, 1}) == (Bytes{0b00001001, 0b00000010}));
    QVERIFY(ca::pack_flags({}).empty());
    QVERIFY(ca::unpack_flags(Bytes{0b00001001, 0b00000010}, 10) == (Bytes{1, 0, 0, 1, 0, 0, 0, 0, 0, 1}));
    QVERIFY(ca::unpack_flags(Bytes{0xFF}, 8) == Bytes(8, 1));
    QVERIFY(ca::unpack_flags({}, 0) == Bytes());
}

void TestMeasurementRecord::flags_of_another_number_are_refused()
{
    QVERIFY(!ca::unpack_flags(Bytes{1}, 9));
    QVERIFY(!ca::unpack_flags(Bytes{1, 0}, 8));
    QVERIFY(!ca::unpack_flags(Bytes{0b00000100}, 2)); // of a third image
    QVERIFY(!ca::unpack_flags({}, std::numeric_limits<std::size_t>::max()));
}

void TestMeasurementRecord::answers_take_as_few_bytes_as_serve()
{
    QVERIFY(ca::pack_answers(std::vector{-1, 0, 254}) == (Bytes{1, 0, 1, 255}));
    QVERIFY(ca::pack_answers(std::vector{255, -1}) == (Bytes{2, 0, 1, 0, 0}));
    QVERIFY(ca::pack_answers(std::vector{65535}) == (Bytes{4, 0, 0, 1, 0}));
    QVERIFY(ca::pack_answers({}).empty());
    for (const std::vector<int> &answers :
         {std::vector{-1, 0, 254}, std::vector{255, -1}, std::vector{65535}, std::vector{2147483646}, std::vector<int>()})
        QVERIFY(ca::unpack_answers(ca::pack_answers(answers)) == answers);
}

void TestMeasurementRecord::answers_that_are_cut_off_are_refused()
{
    for (const Bytes &bytes : {Bytes{2, 1}, Bytes{4, 0, 0, 1}, Bytes{3, 0, 0, 0}, Bytes{0}, Bytes{4, 0, 0, 0, 0x80}})
        QVERIFY(!ca::unpack_answers(bytes));
}

void TestMeasurementRecord::a_key_is_hashed_by_all_of_its_parts()
{
    const ca::MeasurementKey key{"m", "r", "d", "s", 18446744073709551615U, "0.1.0"};
    const QByteArray text = R"({"data":"d","model":"m","program":"0.1.0","recipe":"r","seed":18446744073709551615,"split":"s"})";
    QCOMPARE(QByteArray::fromStdString(hash(key)), QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
    const auto back = ca::measurement_key_from_json(ca::Json::parse(text.toStdString()));
    QVERIFY(back);
    QVERIFY(*back == key);
    for (const char *part : {"data", "model", "program", "recipe", "seed", "split"}) {
        ca::Json json = to_json(key);
        json.erase(part);
        QVERIFY(!ca::measurement_key_from_json(json));
        json[part] = ca::Json::array();
        QVERIFY(!ca::measurement_key_from_json(json));
    }
    QVERIFY(!ca::measurement_key_from_json(ca::Json::array()));
}

void TestMeasurementRecord::a_record_that_contradicts_itself_is_refused()
{
    const auto sound = record_for(recipe_number(1), ca::TrialSplit::selection);
    QVERIFY(check(sound));
    auto record = sound;
    record.measurement.accuracy.correct = 4;
    QVERIFY(!check(record));
    record = sound;
    record.measurement.accuracy.right.push_back(0);
    QVERIFY(!check(record));
    record.measurement.accuracy.unread = 1; // that image
    record.answers.push_back(-1);
    QVERIFY(check(record));
    record.answers.pop_back();
    QVERIFY(!check(record));
    record.answers.clear();
    QVERIFY(check(record));
}

void TestMeasurementRecord::two_records_become_one_whichever_comes_first()
{
    auto a = record_for(recipe_number(1), ca::TrialSplit::selection);
    auto b = a;
    a.measurement.seconds = 2; // the JSON with 11.5 is the lesser text
    b.measurement.seconds = 11.5;
    b.answers.clear();
    const auto one = joined(a, b);
    const auto other = joined(b, a);
    QVERIFY(one && other);
    QCOMPARE(one->measurement.seconds, 11.5);
    QCOMPARE(other->measurement.seconds, 11.5);
    QVERIFY(one->answers == a.answers && other->answers == a.answers);
}

void TestMeasurementRecord::records_with_other_answers_are_not_joined()
{
    const auto a = record_for(recipe_number(1), ca::TrialSplit::selection, {0, 3, 9});
    const auto b = record_for(recipe_number(1), ca::TrialSplit::selection, {0, 4, 9});
    auto c = a;
    c.measurement.size = ca::bytes(1);
    auto d = a;
    d.answers.front() = 5; // as right as before, another class
    for (const auto &other : {b, c, d})
        for (const auto &result : {joined(a, other), joined(other, a)}) {
            QVERIFY(!result);
            QCOMPARE(result.error().code, ErrorCode::bad_data);
            QVERIFY(result.error().sentence.find(a.key.recipe) != std::string::npos);
        }
}

QTEST_APPLESS_MAIN(TestMeasurementRecord)
#include "test_measurement_record.moc"
