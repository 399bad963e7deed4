// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/language_model_use.h"

#include <QtTest>

using ca::Json;

namespace {

Json turn(const char *provider, int input, int output, Json cost)
{
    return {{"kind", "turn"},
            {"provider", provider},
            {"model", "m-1"},
            {"usage", {{"input", input}, {"output", output}}},
            {"cost", std::move(cost)}};
}

} // namespace

/// What a transcript says of language models.
class TestLanguageModelUse final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void adds_up_turns();
    void leaves_the_offline_advisor_out();
    void knows_no_cost_without_a_price();
    void takes_damaged_entries();
};

void TestLanguageModelUse::adds_up_turns()
{
    ca::LanguageModelUse use;
    ca::add_turn(use, turn("anthropic", 900, 41, 0.25));
    ca::add_turn(use, {{"kind", "result"}, {"usage", {{"input", 5}}}});
    ca::add_turn(use, turn("anthropic", 1000, 9, 0.5));
    QVERIFY(use == (ca::LanguageModelUse{"anthropic", "m-1", 2, 1900, 50, 0.75}));
    QCOMPARE(ca::to_json(use).dump(),
             std::string(R"({"provider":"anthropic","model":"m-1","requests":2,"input_tokens":1900,)"
                         R"("output_tokens":50,"cost":0.75})"));
}

void TestLanguageModelUse::leaves_the_offline_advisor_out()
{
    ca::LanguageModelUse use;
    ca::add_turn(use, turn("offline", 0, 0, nullptr));
    QVERIFY(use == ca::LanguageModelUse());
    QCOMPARE(ca::to_json(use)["model"], ca::OrderedJson(nullptr));
    QCOMPARE(ca::to_json(use)["cost"], ca::OrderedJson(0)); // CLI.md: nothing was spent
}

void TestLanguageModelUse::knows_no_cost_without_a_price()
{
    ca::LanguageModelUse use;
    ca::add_turn(use, turn("ollama", 10, 1, nullptr));
    ca::add_turn(use, turn("ollama", 10, 1, 0.5)); // a part of the sum is not the sum
    QVERIFY(!use.cost);
    QCOMPARE(use.requests, std::size_t{2});
}

void TestLanguageModelUse::takes_damaged_entries()
{
    ca::LanguageModelUse use;
    for (const Json &entry : {Json(), Json(3), Json::array(), Json{{"kind", 4}}})
        ca::add_turn(use, entry);
    QVERIFY(use == ca::LanguageModelUse());
    ca::add_turn(use, {{"kind", "turn"}, {"provider", "x"}, {"usage", {{"input", "many"}}}});
    QCOMPARE(use.input_tokens, std::int64_t{0});
}

QTEST_APPLESS_MAIN(TestLanguageModelUse)
#include "test_language_model_use.moc"
