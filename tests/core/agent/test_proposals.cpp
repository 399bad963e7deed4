// SPDX-License-Identifier: GPL-3.0-or-later
// What a model proposes and may not.
#include "core/agent/tools/tools.h"
#include "tests/support/planned_desk.h"

#include <QtTest>

#include <array>
#include <random>

using ca::Json;

namespace {

using Random = std::mt19937;

template <typename T>
const T &any_of(const std::vector<T> &values, Random &random)
{
    return values[random() % values.size()];
}

/// A call that must be refused, and where in its arguments the reason lies.
struct BadCall {
    std::string arguments;
    std::string path;
};

Json change_of(Random &random)
{
    static const std::vector<std::string> layers{"L002", "L003", "L004", "L005", "L006"};
    static const std::vector<std::string> formats{"int8", "int6", "int4", "int3"};
    return {{"ids", {any_of(layers, random)}},
            {"format", any_of(formats, random)},
            {"activation", nullptr},
            {"rounding", nullptr},
            {"group", nullptr}};
}

/// A proposal that passes: L001 is pinned to fp32, int2 forbidden.
Json valid(Random &random)
{
    Json first = change_of(random), keep = change_of(random);
    keep["ids"] = {"L001"};
    keep["format"] = "fp32";
    return {{"name", "a"},
            {"base", random() % 2 == 0 ? "int8-weight" : "int4-weight"},
            {"layers", {keep, first}},
            {"target_bytes", nullptr},
            {"reason", "b"},
            {"expect", {{"bytes", 30'000}, {"drop", 0.5}}}};
}

std::string any_key(const Json &object, Random &random)
{
    auto entry = object.begin();
    std::advance(entry, static_cast<std::ptrdiff_t>(random() % object.size()));
    return entry.key();
}

/// The classes of mistakes. Each breaks a valid proposal in one place.
const std::vector<std::function<BadCall(Json, Random &)>> &mutations()
{
    static const std::vector<std::string> strangers{"L000",   "L007", "L999", "l002",      "L2",      " L002",
                                                    "L002 ",  "",     "fc",   "l01",       "../L002", "/etc/passwd",
                                                    "C:\\x",  "T1",   "P1",   "L002;L003", "*",       std::string(5000, 'L'),
                                                    "L002\n", "L٢"};
    static const std::vector<std::function<BadCall(Json, Random &)>> all{
        [](Json json, Random &random) -> BadCall { // a property is missing
            const std::string key = any_key(json, random);
            json.erase(key);
            return {json.dump(), "/" + key};
        },
        [](Json json, Random &random) -> BadCall { // missing within a change
            const std::string key = any_key(json["layers"][1], random);
            json["layers"][1].erase(key);
            return {json.dump(), "/layers/1/" + key};
        },
        [](Json json, Random &random) -> BadCall { // one too many
            static const std::vector<std::string> keys{"path", "url", "approved", "budget", "command", "Name", "output", "force"};
            const std::string &key = any_of(keys, random);
            json[key] = random() % 2 == 0 ? Json(true) : Json("/tmp/x");
            return {json.dump(), "/" + key};
        },
        [](Json json, Random &random) -> BadCall { // another type
            static const std::vector<Json> others{true, Json::array({1}), Json::object(), 1.5};
            static const std::vector<std::string> keys{"name", "base", "reason"};
            const std::string &key = any_of(keys, random);
            json[key] = any_of(others, random);
            return {json.dump(), "/" + key};
        },
        [](Json json, Random &random) -> BadCall { // a list that is none
            static const std::vector<Json> others{"L001", 3, true, Json::object()};
            json["layers"] = any_of(others, random);
            return {json.dump(), "/layers"};
        },
        [](Json json, Random &random) -> BadCall { // no such method
            static const std::vector<std::string> words{"int5-weight", "INT4-weight", "gguf",   "",
                                                        "q4_k_m",      "static int8", "fp32\n", "rm -rf /"};
            json["base"] = any_of(words, random);
            return {json.dump(), "/base"};
        },
        [](Json json, Random &random) -> BadCall { // no such word in a change
            static const std::vector<std::string> keys{"format", "activation", "rounding", "group"};
            static const std::vector<Json> words{"int1", "Int4",  "int4 ", "8", "static-int8", "gptq2",
                                                 "16",   "none!", 32,      0,   true};
            const std::string &key = any_of(keys, random);
            json["layers"][1][key] = any_of(words, random);
            return {json.dump(), "/layers/1/" + key};
        },
        [](Json json, Random &random) -> BadCall { // no such layer
            json["layers"][1]["ids"].push_back(any_of(strangers, random));
            return {json.dump(), "/layers/1/ids/1"};
        },
        [](Json json, Random &random) -> BadCall { // twice
            if (random() % 2 == 0) {
                json["layers"][1]["ids"].push_back(json["layers"][1]["ids"][0]);
                return {json.dump(), "/layers/1/ids/1"};
            }
            json["layers"].push_back(json["layers"][1]);
            return {json.dump(), "/layers/2/ids/0"};
        },
        [](Json json, Random &random) -> BadCall { // no JSON any more
            const std::string text = json.dump();
            return {text.substr(0, random() % text.size()), ""};
        },
        [](Json json, Random &random) -> BadCall { // something else than an object, too deep, a key twice, trailing text
            static const std::vector<std::string> texts{"null",
                                                        "[]",
                                                        "3",
                                                        "\"propose\"",
                                                        "true",
                                                        R"({"a":1,"a":2})",
                                                        std::string(5000, '['),
                                                        "{} {}",
                                                        "\xff\xfe",
                                                        R"({"name":"\ud800"})",
                                                        "{'name':'a'}",
                                                        "NaN"};
            return random() % 3 == 0 ? BadCall{json.dump() + "x", ""} : BadCall{any_of(texts, random), ""};
        },
        [](Json json, Random &random) -> BadCall { // no size
            static const std::vector<std::string> numbers{"0", "-1", "-9223372036854775808", "18446744073709551615"};
            json["base"] = nullptr;
            json["target_bytes"] = "HERE";
            std::string text = json.dump();
            text.replace(text.find("\"HERE\""), 6, any_of(numbers, random));
            return {text, "/target_bytes"};
        },
        [](Json json, Random &random) -> BadCall { // a size that is no integer
            static const std::vector<std::string> numbers{"1.5", "1e30", "\"6 MB\"", "[6000000]", "6000000.0", "true"};
            json["target_bytes"] = "HERE";
            std::string text = json.dump();
            text.replace(text.find("\"HERE\""), 6, any_of(numbers, random));
            return {text, "/target_bytes"};
        },
        [](Json json, Random &random) -> BadCall { // smaller than anything
            json["base"] = random() % 2 == 0 ? Json("mixed") : Json(nullptr);
            json["target_bytes"] = 1 + random() % 4000;
            return {json.dump(), "/target_bytes"};
        },
        [](Json json, Random &random) -> BadCall { // a size and a method that makes its own, or mixed without one
            if (random() % 2 == 0) {
                json["target_bytes"] = 30'000;
                return {json.dump(), "/base"};
            }
            json["base"] = "mixed";
            return {json.dump(), "/target_bytes"};
        },
        [](Json json, Random &random) -> BadCall { // expectations that cannot be
            if (random() % 2 == 0) {
                json["expect"]["drop"] = random() % 2 == 0 ? 101.0 : -1e6;
                return {json.dump(), "/expect/drop"};
            }
            json["expect"]["bytes"] = random() % 2 == 0 ? 0 : -5;
            return {json.dump(), "/expect/bytes"};
        },
        [](Json json, Random &random) -> BadCall { // nothing where something must be
            switch (random() % 4) {
            case 0:
                json["name"] = " \n\u200b";
                return {json.dump(), "/name"};
            case 1:
                json["reason"] = "";
                return {json.dump(), "/reason"};
            case 2:
                json["layers"][1]["ids"] = Json::array();
                return {json.dump(), "/layers/1/ids"};
            default:
                json["layers"][1]["format"] = nullptr;
                return {json.dump(), "/layers/1"};
            }
        },
        [](Json json, Random &random) -> BadCall { // what a format does not have
            static const std::vector<std::string> formats{"nf4", "fp4", "bf16", "fp16", "llm_int8", "fp32"};
            static const std::vector<std::pair<std::string, std::string>> extras{
                {"activation", "static"}, {"activation", "dynamic"}, {"rounding", "gptq"},
                {"rounding", "mse"},      {"group", "32"},           {"group", "128"}};
            json["layers"][1]["format"] = any_of(formats, random);
            const auto &[key, word] = any_of(extras, random);
            json["layers"][1][key] = word;
            return {json.dump(), "/layers/1/" + key};
        },
        [](Json json, Random &random) -> BadCall { // groups that do not divide rows of 16 x 9 and 24 x 9 weights
            json["layers"][1]["ids"] = {random() % 2 == 0 ? "L002" : "L003"};
            json["layers"][1]["group"] = random() % 2 == 0 ? "32" : "64";
            return {json.dump(), "/layers/1/group"};
        },
        [](Json json, Random &random) -> BadCall { // what the person pinned or forbade
            if (random() % 2 == 0) {
                json["layers"].erase(0);
                return {json.dump(), "/base"};
            }
            json["layers"][1]["format"] = "int2";
            return {json.dump(), "/layers/1/format"};
        },
        [](Json json, Random &) -> BadCall { // larger than the person allows
            json["base"] = "bf16";
            json["layers"].erase(1);
            return {json.dump(), ""};
        },
        [](Json json, Random &) -> BadCall { // what was carried out already
            json["base"] = "fp32";
            json["layers"] = nullptr;
            return {json.dump(), ""};
        },
    };
    return all;
}

ca::Constraints limits()
{
    ca::Constraints constraints;
    constraints.pins["l00"] = ca::Format::fp32;
    constraints.forbidden = {ca::Format::int2};
    return constraints;
}

} // namespace

class TestProposals final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_those_that_the_mistakes_are_made_in();
    void refuses_1000_before_anything_is_computed();
    void refuses_calls_of_the_other_tools_as_well();
};

void TestProposals::takes_those_that_the_mistakes_are_made_in()
{
    Random random(1);
    PlannedDesk desk(6, 24, limits());
    ca::ToolBox tools(desk, {});
    int taken = 0;
    for (int i = 0; i < 50; ++i) {
        const auto answer = tools.call({"1", "propose_recipe", valid(random).dump()});
        const bool again =
            answer.failed && answer.content["errors"][0]["problem"].get<std::string>().starts_with("is the recipe of P");
        QVERIFY2(!answer.failed || again, answer.content.dump().c_str());
        taken += answer.failed ? 0 : 1;
    }
    QVERIFY(taken >= 10);
}

void TestProposals::refuses_1000_before_anything_is_computed()
{
    Random random(2026);
    PlannedDesk desk(6, 24, limits());
    desk.mutable_study().constraints.bytes = desk.study().float_bytes.value / 2;
    int asked = 0;
    ca::ToolOptions options;
    options.ask = [&](const ca::ConsentRequest &, std::stop_token) {
        ++asked;
        return ca::Decision{true, {}};
    };
    ca::ToolBox tools(desk, options);
    for (std::size_t i = 0; i < 1000; ++i) {
        const BadCall bad = mutations()[i % mutations().size()](valid(random), random);
        const auto answer = tools.call({"1", "propose_recipe", bad.arguments});
        const QByteArray what = QByteArray::number(static_cast<qulonglong>(i)) + " " + bad.arguments.substr(0, 400).c_str()
            + " -> " + answer.content.dump().substr(0, 600).c_str();
        QVERIFY2(answer.failed && answer.state == ca::CallState::failed && !answer.fatal, what.constData());
        bool at_place = false;
        for (const Json &error : answer.content["errors"]) {
            QVERIFY2(!error["problem"].get<std::string>().empty() && error.contains("allowed"), what.constData());
            at_place = at_place || (error["path"] == bad.path && !error["allowed"].is_null());
        }
        QVERIFY2(at_place, what.constData());
        QVERIFY2(answer.content.dump().size() < 6000, what.constData());
    }
    QCOMPARE(desk.carried_out, std::size_t{0});
    QCOMPARE(desk.constraints_set, std::size_t{0});
    QCOMPARE(desk.study().trials.size(), std::size_t{1});
    QCOMPARE(asked, 0);
    const Json overview = tools.call({"1", "study_overview", "{}"}).content;
    QVERIFY(overview["proposals"]["rows"][0][0] == "P1"); // none of them was kept
}

void TestProposals::refuses_calls_of_the_other_tools_as_well()
{
    Random random(7);
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    (void)tools.call({"1", "study_overview", "{}"});
    const std::vector<std::pair<std::string, std::string>> calls{
        {"run_trials", R"({"proposals":[]})"},
        {"run_trials", R"({"proposals":["P9"]})"},
        {"run_trials", R"({"proposals":["P1","P1"]})"},
        {"run_trials", R"({"proposals":["../P1"]})"},
        {"run_trials", R"({"proposals":"P1"})"},
        {"run_trials", R"({"proposals":["P1"],"approved":true})"},
        {"run_trials", R"({"proposals":[1]})"},
        {"run_trials", ""},
        {"compare_trials", R"({"trials":["T1","T1"]})"},
        {"compare_trials", R"({"trials":["T1","P1"]})"},
        {"explain_layer", R"({"layer":"l00"})"},
        {"explain_layer", R"({"layer":null})"},
        {"sensitivity", R"({"sort":"size","format":null,"limit":null,"layers":null})"},
        {"sensitivity", R"({"sort":null,"format":null,"limit":-1,"layers":null})"},
        {"sensitivity", R"({"sort":null,"format":null,"limit":5,"layers":[]})"},
        {"study_overview", R"({"verbose":true})"},
        {"set_constraint", R"({"max_drop":-1,"target_bytes":null,"max_latency":null,"pin":null,"forbid":null})"},
        {"set_constraint", R"({"max_drop":null,"target_bytes":0,"max_latency":null,"pin":null,"forbid":null})"},
        {"set_constraint", R"({"max_drop":null,"target_bytes":null,"max_latency":0,"pin":null,"forbid":null})"},
        {"set_constraint",
         R"({"max_drop":null,"target_bytes":null,"max_latency":null,"pin":[{"layer":"L9","format":"fp32"}],"forbid":null})"},
        {"set_constraint", R"({"max_drop":null,"target_bytes":null,"max_latency":null,"pin":null,"forbid":["all"]})"},
        {"finish", R"({"summary":"","recommended":null})"},
        {"finish", R"({"summary":"a","recommended":"P1"})"},
        {"export", "{}"},
        {"", "{}"},
        {"study_overview; rm", "{}"}};
    for (const auto &[tool, arguments] : calls) {
        const auto answer = tools.call({"1", tool, arguments});
        QVERIFY2(answer.failed && !answer.content["errors"].empty() && !answer.content["errors"][0]["allowed"].is_null(),
                 (tool + arguments + answer.content.dump()).c_str());
    }
    QCOMPARE(desk.carried_out + desk.constraints_set, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestProposals)
#include "test_proposals.moc"
