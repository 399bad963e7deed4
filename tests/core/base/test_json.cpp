// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace std::string_literals;

namespace {

std::string nested(int levels)
{
    return std::string(static_cast<std::size_t>(levels), '[') + "1" + std::string(static_cast<std::size_t>(levels), ']');
}

} // namespace

class TestJson final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_what_is_well_formed();
    void refuses_data();
    void refuses();
    void nests_as_deep_as_allowed_and_no_deeper();
    void survives_bottomless_nesting();
    void counts_values();
    void takes_brackets_within_a_text();
    void reads_an_object_of_many_objects();
    void the_same_key_in_two_objects_is_no_duplicate();
    void canonical_sorts_keys_and_drops_spaces();
    void pretty_keeps_the_order_of_setting();
    void bytes_that_are_no_text_are_replaced_not_thrown();
    void an_absent_value_is_null();
    void cleans_text_for_a_terminal_data();
    void cleans_text_for_a_terminal();
};

void TestJson::reads_what_is_well_formed()
{
    const auto value = ca::parse_json(R"( {"a": [1, 2.5, null, true], "b": {"c": "\u00e9"}} )", "The recipe");
    QVERIFY(value);
    QCOMPARE(value->at("a").size(), std::size_t(4));
    QCOMPARE(value->at("b").at("c").get<std::string>(), "\xC3\xA9"s);
}

void TestJson::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("sentence");
    const QByteArray invalid = "The recipe is not valid JSON.";
    QTest::newRow("nothing") << QByteArray("") << invalid;
    QTest::newRow("a piece") << QByteArray(R"({"a": 1)") << invalid;
    QTest::newRow("trailing text") << QByteArray("{} {}") << invalid;
    QTest::newRow("a trailing comma") << QByteArray("[1,]") << invalid;
    QTest::newRow("NaN") << QByteArray("[NaN]") << invalid;
    QTest::newRow("bytes that are no UTF-8") << QByteArray("[\"\xFF\"]") << invalid;
    QTest::newRow("a key twice") << QByteArray(R"({"a": 1, "b": 2, "a": 3})")
                                 << QByteArray(R"(The recipe is not usable: the key "a" stands twice.)");
    QTest::newRow("a key twice, within") << QByteArray(R"([{"x": {"a": {}, "a": []}}])")
                                         << QByteArray(R"(The recipe is not usable: the key "a" stands twice.)");
}

void TestJson::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, sentence);
    const auto value = ca::parse_json(text.toStdString(), "The recipe");
    QVERIFY(!value);
    QCOMPARE(value.error().code, ca::ErrorCode::bad_format);
    QCOMPARE(QByteArray::fromStdString(value.error().sentence), sentence);
}

void TestJson::nests_as_deep_as_allowed_and_no_deeper()
{
    QVERIFY(ca::parse_json(nested(64), "x"));
    QVERIFY(!ca::parse_json(nested(65), "x"));
    QVERIFY(ca::parse_json(nested(3), "x", 3));
    const auto refused = ca::parse_json(nested(4), "The reply", 3);
    QVERIFY(!refused);
    QCOMPARE(refused.error().sentence, "The reply is not usable: it is nested too deeply."s);
}

void TestJson::survives_bottomless_nesting()
{
    QVERIFY(!ca::parse_json(std::string(5'000'000, '['), "x"));
    std::string objects;
    for (int i = 0; i < 1'000'000; ++i)
        objects += R"({"a":)";
    QVERIFY(!ca::parse_json(objects, "x"));
}

/// Six megabytes of text would be hundreds of memory.
void TestJson::counts_values()
{
    const auto list_of = [](std::size_t values) {
        std::string text = "[0";
        for (std::size_t i = 1; i < values; ++i)
            text += ",0";
        return text + "]";
    };
    QVERIFY(ca::parse_json(list_of(ca::kMostJsonValues - 1), "The list")); // the list is a value, too
    const auto longer = ca::parse_json(list_of(ca::kMostJsonValues), "The list");
    QVERIFY(!longer);
    QVERIFY(longer.error().text().find("more than 3000000 values") != std::string::npos);
}

void TestJson::takes_brackets_within_a_text()
{
    const std::string brackets(20'000, '[');
    const auto value = ca::parse_json('"' + brackets + '"', "x");
    QVERIFY(value);
    QCOMPARE(value->get<std::string>(), brackets);
}

void TestJson::reads_an_object_of_many_objects()
{
    constexpr int count = 100'000; // as many tensors as a header of safetensors may name
    std::string text = "{";
    for (int i = 0; i < count; ++i)
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"F32","shape":[]})";
    QElapsedTimer timer;
    timer.start();
    const auto value = ca::parse_json(text + "}", "x");
    QVERIFY(value);
    QCOMPARE(value->size(), std::size_t{count});
    QVERIFY(timer.elapsed() < 5'000);
    QVERIFY(!ca::parse_json(text + R"(,"99999":{}})", "x"));
}

void TestJson::the_same_key_in_two_objects_is_no_duplicate()
{
    QVERIFY(ca::parse_json(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})", "x"));
}

void TestJson::canonical_sorts_keys_and_drops_spaces()
{
    const auto value = ca::parse_json(R"({ "b": 1, "a": [1, 2], "B": null })", "x");
    QVERIFY(value);
    QCOMPARE(ca::canonical(*value), R"({"B":null,"a":[1,2],"b":1})"s);
}

void TestJson::pretty_keeps_the_order_of_setting()
{
    ca::OrderedJson value;
    value["z"] = 1;
    value["a"] = ca::OrderedJson::array({2});
    QCOMPARE(ca::pretty(value), "{\n  \"z\": 1,\n  \"a\": [\n    2\n  ]\n}"s);
}

void TestJson::bytes_that_are_no_text_are_replaced_not_thrown()
{
    QCOMPARE(ca::canonical(ca::Json("a\xFF")), "\"a\xEF\xBF\xBD\""s);
    QCOMPARE(ca::pretty(ca::OrderedJson("a\xFF")), "\"a\xEF\xBF\xBD\""s);
}

void TestJson::an_absent_value_is_null()
{
    QVERIFY(ca::or_null(std::optional<int>()).is_null());
    QCOMPARE(ca::or_null(std::optional<int>(4)).dump(), "4"s);
}

void TestJson::cleans_text_for_a_terminal_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("clean");
    QTest::newRow("plain") << QByteArray("layer1.0.conv1") << QByteArray("layer1.0.conv1");
    QTest::newRow("quotes and backslashes") << QByteArray(R"(a"b\c)") << QByteArray(R"(a"b\c)");
    QTest::newRow("UTF-8") << QByteArray("\xC3\xA9\xE2\x82\xAC") << QByteArray("\xC3\xA9\xE2\x82\xAC");
    QTest::newRow("an escape sequence") << QByteArray("\x1B[31mred") << QByteArray(" [31mred");
    QTest::newRow("line breaks, tab, delete") << QByteArray("a\r\n\tb\x7F") << QByteArray("a   b ");
    QTest::newRow("a zero") << QByteArray("a\0b", 3) << QByteArray("a b");
    QTest::newRow("a byte that starts nothing") << QByteArray("a\xFF"
                                                              "b")
                                                << QByteArray("a\xEF\xBF\xBD"
                                                              "b");
    QTest::newRow("cut off at the end") << QByteArray("a\xC3") << QByteArray("a\xEF\xBF\xBD");
}

void TestJson::cleans_text_for_a_terminal()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, clean);
    QCOMPARE(QByteArray::fromStdString(ca::clean_text(text.toStdString())), clean);
}

QTEST_APPLESS_MAIN(TestJson)
#include "test_json.moc"
