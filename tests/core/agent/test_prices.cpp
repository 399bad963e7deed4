// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/prices.h"

#include <QtTest>

class TestPrices final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void adds_up_input_and_output();
    void counts_cached_input_at_its_own_price();
    void counts_claudes_cache_by_its_rule();
    void counts_a_cache_without_a_price_as_input();
    void is_never_negative();
    void finds_a_model_by_its_name_with_a_date();
    void takes_no_other_model_for_it();
    void knows_no_price_of_an_unknown_model();
    void takes_nothing_for_what_runs_here();
    void lets_the_person_set_prices();
    void says_what_is_wrong_with_a_price_data();
    void says_what_is_wrong_with_a_price();
    void writes_dollars();
};

namespace {

bool is_about(double value, double expected)
{
    return std::abs(value - expected) < 1e-12;
}

} // namespace

void TestPrices::adds_up_input_and_output() // 1,000 at $2 and 500 at $8 a million
{
    QVERIFY(is_about(ca::cost({1000, 0, 0, 500, false}, {"m", 2, 8}), 0.002 + 0.004));
}

void TestPrices::counts_cached_input_at_its_own_price() // 132 at $1.25, 768 at $0.125 and 41 at $10
{
    QVERIFY(is_about(ca::cost({900, 768, 0, 41, false}, {"gpt-5", 1.25, 10, 0.125}), 0.000165 + 0.000096 + 0.00041));
}

void TestPrices::counts_claudes_cache_by_its_rule() // 100 at $3, 700 read at $0.30, 200 written at $3.75, 50 at $15
{
    QVERIFY(is_about(ca::cost({1000, 700, 200, 50, false}, {"claude-sonnet-4-5", 3, 15}), 0.0003 + 0.00021 + 0.00075 + 0.00075));
    // An own price of what is read: $0.20.
    QVERIFY(is_about(ca::cost({1000, 1000, 0, 0, false}, {"claude-opus-5-5", 4, 20, 0.2}), 0.0002));
}

void TestPrices::counts_a_cache_without_a_price_as_input()
{
    QVERIFY(is_about(ca::cost({1000, 700, 200, 0, false}, {"other", 3, 15}), 0.003));
}

void TestPrices::is_never_negative() // a server that counts more as cached than it has read
{
    QVERIFY(is_about(ca::cost({100, 700, 0, 0, false}, {"m", 3, 15, 0.0}), 0));
}

void TestPrices::finds_a_model_by_its_name_with_a_date()
{
    const ca::PriceTable table;
    for (const char *name : {"gpt-5-mini", "gpt-5-mini-2025-08-07", "gpt-5-mini-latest"}) {
        QVERIFY(table.find(name));
        QCOMPARE(table.find(name)->model, std::string("gpt-5-mini"));
    }
    QVERIFY(table.find("claude-sonnet-4-5-20250929"));
    QCOMPARE(table.find("claude-sonnet-4-5-20250929")->input, 3.0); // as published
    QVERIFY(!ca::PriceTable::date().empty());
}

void TestPrices::takes_no_other_model_for_it()
{
    const ca::PriceTable table;
    for (const char *name : {"gpt-5-turbo", "gpt-50", "claude-opus-4-99", "gpt-5-2025", "gpt-5-20250807x", ""})
        QVERIFY2(!table.find(name), name);
    QCOMPARE(table.find("claude-opus-4-1")->model, std::string("claude-opus-4-1"));
}

void TestPrices::knows_no_price_of_an_unknown_model()
{
    QVERIFY(!ca::PriceTable().find("qwen3:8b"));
    QCOMPARE(ca::cost_text({}, false), std::string("price unknown"));
}

void TestPrices::takes_nothing_for_what_runs_here()
{
    const ca::Usage usage{1000, 0, 0, 0, false};
    QCOMPARE(ca::cost_of(usage, {}, {"http://127.0.0.1:11434/v1", "gpt-5", "", true}), std::optional<double>(0.0));
    QCOMPARE(ca::cost_of(usage, {}, {"https://api.openai.com/v1", "gpt-5", "", false}), std::optional<double>(0.00125));
    QCOMPARE(ca::cost_of(usage, {}, {"https://llm.example.org/v1", "qwen3:8b", "", false}), std::optional<double>());
}

void TestPrices::lets_the_person_set_prices()
{
    const auto table =
        ca::PriceTable::with(R"({"gpt-5": {"input": 1, "output": 2, "cached": null}, "mine": {"input": 0, "output": 0,
        "cached": 0.5, "cache_written": 0.25}})");
    QVERIFY(table);
    QCOMPARE(*table->find("gpt-5"), (ca::Price{"gpt-5", 1, 2}));
    QCOMPARE(*table->find("mine"), (ca::Price{"mine", 0, 0, 0.5, 0.25}));
    QVERIFY(table->find("gpt-4.1"));
    QVERIFY(ca::PriceTable::with(" \n"));
}

void TestPrices::says_what_is_wrong_with_a_price_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("no JSON") << QByteArray("{") << QByteArray("list of prices");
    QTest::newRow("a list") << QByteArray("[]") << QByteArray("no object");
    QTest::newRow("a number") << QByteArray(R"({"m": 3})") << QByteArray("price of m");
    QTest::newRow("no output") << QByteArray(R"({"m": {"input": 3}})") << QByteArray("price of m");
    QTest::newRow("negative") << QByteArray(R"({"m": {"input": -3, "output": 1}})") << QByteArray("input");
    QTest::newRow("text") << QByteArray(R"({"m": {"input": 3, "output": "1"}})") << QByteArray("output");
    QTest::newRow("another field") << QByteArray(R"({"m": {"input": 3, "output": 1, "cache": 1}})") << QByteArray("cache");
}

void TestPrices::says_what_is_wrong_with_a_price()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, words);
    const auto table = ca::PriceTable::with(text.toStdString());
    QVERIFY(!table);
    QCOMPARE(table.error().code, ca::ErrorCode::bad_format);
    QVERIFY2(table.error().text().find(words.toStdString()) != std::string::npos, table.error().text().c_str());
}

void TestPrices::writes_dollars()
{
    QCOMPARE(ca::cost_text(0.01234, false), std::string("$0.0123"));
    QCOMPARE(ca::cost_text(4.5, true), std::string("about $4.50"));
    QCOMPARE(ca::cost_text(0.0, false), std::string("$0.0000"));
}

QTEST_APPLESS_MAIN(TestPrices)
#include "test_prices.moc"
