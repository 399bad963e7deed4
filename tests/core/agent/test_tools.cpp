// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tools.h"
#include "tests/support/planned_desk.h"
#include "tests/support/tool_calls.h"

#include <QtTest>

#include <algorithm>

using ca::CallState;
using ca::Json;

class TestTools final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void describes_them_with_closed_schemas();
    void titles_say_what_a_call_does();
    void overview_shows_the_study_and_what_can_be_run();
    void proposes_a_method_with_changes();
    void proposes_for_a_size();
    void refuses_what_a_layer_cannot_have();
    void refuses_what_the_constraints_forbid();
    void refuses_what_was_tried_or_proposed();
    void refuses_what_the_machine_has_no_memory_for();
    void explains_a_layer();
    void sorts_layers();
};

void TestTools::describes_them_with_closed_schemas()
{
    const std::function<void(const Json &)> check = [&](const Json &schema) {
        for (const char *key :
             {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format", "$ref"})
            QVERIFY2(!schema.contains(key), key);
        if (schema.contains("items"))
            check(schema["items"]);
        if (!schema.contains("properties"))
            return;
        QVERIFY(schema["additionalProperties"] == false);
        QCOMPARE(schema["required"].size(), schema["properties"].size());
        for (const auto &[key, property] : schema["properties"].items())
            check(property);
    };
    std::vector<std::string> names;
    for (const ca::ToolSpec &spec : ca::tool_specs()) {
        names.push_back(spec.name);
        QVERIFY(!spec.description.empty() && spec.parameters["type"] == "object");
        check(spec.parameters);
    }
    // CLI.md, "Tools of the agent"
    QCOMPARE(names,
             (std::vector<std::string>{"study_overview", "sensitivity", "propose_recipe", "run_trials", "compare_trials",
                                       "explain_layer", "set_constraint", "finish"}));
    const auto keys = [](std::size_t tool) { return ca::tool_specs()[tool].parameters["required"]; };
    QVERIFY(keys(0).empty());
    QVERIFY(keys(1) == Json({"format", "layers", "limit", "sort"}));
    QVERIFY(keys(2) == Json({"base", "expect", "layers", "name", "reason", "target_bytes"}));
    QVERIFY(keys(3) == Json::array({"proposals"}) && keys(4) == Json::array({"trials"}) && keys(5) == Json::array({"layer"}));
    QVERIFY(keys(6) == Json({"forbid", "max_drop", "max_latency", "pin", "target_bytes"}));
    QVERIFY(keys(7) == Json({"recommended", "summary"}));
}

void TestTools::titles_say_what_a_call_does()
{
    const auto title = [](const char *name, const Json &arguments) { return ca::call_title({"1", name, arguments.dump()}); };
    QCOMPARE(title("run_trials", {{"proposals", {"P3", "P4"}}}), std::string("Run P3 and P4"));
    QCOMPARE(title("run_trials", {{"proposals", {"<b>P3</b>"}}}), std::string("Run trials"));
    QCOMPARE(title("compare_trials", {{"trials", {"T3", "T5", "T6"}}}), std::string("Compare T3, T5 and T6"));
    QCOMPARE(title("explain_layer", {{"layer", "L017"}}), std::string("Explain L017"));
    QCOMPARE(title("propose_recipe", proposal(nullptr, nullptr, 6'000'000)), std::string("Propose a recipe of at most 6.00 MB"));
    QCOMPARE(title("propose_recipe", proposal("int4-weight", Json::array({change({"L001"}, "fp32")}))),
             std::string("Propose a recipe from int4-weight with changes to 1 layer"));
    QCOMPARE(ca::call_title({"1", "rm -rf", "{}"}), std::string("Call a tool that is not there"));
    QCOMPARE(ca::call_title({"1", "finish", "no JSON"}), std::string("Sum up"));
}

void TestTools::overview_shows_the_study_and_what_can_be_run()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const auto answer = call(tools, "study_overview", Json::object());
    QVERIFY(!answer.failed);
    const Json &content = answer.content;
    QVERIFY(column(content["trials"], "id") == Json::array({"T1"}));
    QVERIFY(column(content["trials"], "top1_percent") == Json::array({92.0}));
    QVERIFY(column(content["proposals"], "id") == Json({"P1", "P2", "P3", "P4"})); // a round
    QVERIFY(column(content["proposals"], "name")[0] == "int8, int8 activations"
            || !column(content["proposals"], "name")[0].empty());
    QVERIFY(content["budget"]["trials_left"] == 23 && content["budget"]["minutes_left"] == 30);
    QVERIFY(call(tools, "study_overview", Json::object()).content == content); // the same recipes have the same ids
    desk.on_trial = [](ca::Trial &trial) {
        trial.state = ca::TrialState::failed;
        trial.selection.reset();
        trial.error = "it did not fit";
    };
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P1"}}}).failed);
    const Json after = call(tools, "study_overview", Json::object()).content;
    QVERIFY(column(after["trials"], "state") == Json({"done", "failed"}));
    QVERIFY(column(after["trials"], "why_not") == Json({nullptr, "it did not fit"}));
    QVERIFY(after.dump().size() < 12000); // about 3,000 tokens
}

void TestTools::proposes_a_method_with_changes()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const auto plain = call(tools, "propose_recipe", proposal("int4-weight"));
    QVERIFY2(!plain.failed, plain.content.dump().c_str());
    auto method = ca::make_recipe(desk.model(), "int4-weight", {});
    QVERIFY(plain.content["bytes"] == ca::predicted_bytes(desk.model(), method->recipe).value);
    QVERIFY(plain.content["proposal"] == "P1" && plain.content["layers_quantized"] == 6
            && plain.content["predicted_drop"].is_number());
    const auto mixed =
        call(tools, "propose_recipe",
             proposal("int4-weight", Json::array({change({"L001", "L006"}, "fp32"), change({"L002"}, "int8", "static")})));
    QVERIFY2(!mixed.failed, mixed.content.dump().c_str());
    method->recipe.layers.erase("l00");
    method->recipe.layers.erase("l05");
    method->recipe.layers["l01"] = {ca::Format::int8, ca::Activation::static_int8, ca::Rounding::mse, 0, true};
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P2"}}}).failed);
    QVERIFY(desk.study().trials.back().recipe.layers == method->recipe.layers);
    QCOMPARE(desk.study().trials.back().method, std::string("mixed"));
    QVERIFY(desk.study().trials.back().origin == ca::TrialOrigin::advisor);
    QVERIFY(desk.study().trials.back().predicted_drop == 1.5); // the hypothesis that was recorded before
    QCOMPARE(desk.study().trials.back().reason, std::string("because"));
}

void TestTools::proposes_for_a_size()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const std::int64_t target = desk.study().float_bytes.value / 8;
    const auto answer = call(tools, "propose_recipe", proposal(nullptr, nullptr, target));
    QVERIFY2(!answer.failed, answer.content.dump().c_str());
    QVERIFY(answer.content["bytes"].get<std::int64_t>() <= target
            && answer.content["bytes"].get<std::int64_t>() > target * 9 / 10);
    const auto pinned = call(tools, "propose_recipe", proposal("mixed", Json::array({change({"L001"}, "fp32")}), 2 * target));
    QVERIFY2(!pinned.failed && pinned.content["bytes"].get<std::int64_t>() <= 2 * target, pinned.content.dump().c_str());
    QVERIFY(pinned.content["float_ids"] == Json::array({"L001"}));
    const Json error = only_error(call(tools, "propose_recipe", proposal(nullptr, nullptr, 1000)));
    QVERIFY2(error["path"] == "/target_bytes" && error["allowed"].get<std::string>().starts_with("at least "),
             error.dump().c_str());
    QVERIFY(only_error(call(tools, "propose_recipe", proposal("mixed")))["path"] == "/target_bytes");
    QVERIFY(only_error(call(tools, "propose_recipe", proposal("int8-weight", nullptr, target)))["path"] == "/base");
    QCOMPARE(desk.carried_out, std::size_t{0});
}

void TestTools::refuses_what_a_layer_cannot_have()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const auto error_for = [&](const Json &wanted) {
        return only_error(call(tools, "propose_recipe", proposal("int8-weight", Json::array({wanted}))));
    };
    Json error = error_for(change({"L099"}, "int4"));
    QVERIFY(error["path"] == "/layers/0/ids/0" && error["allowed"] == Json::array({"L001 to L006"}));
    error = error_for(change({"L001"}, "nf4", "static"));
    QVERIFY(error["path"] == "/layers/0/activation" && error["allowed"] == Json({"none", nullptr}));
    error = error_for(change({"L001"}, "bf16", nullptr, "gptq"));
    QVERIFY(error["path"] == "/layers/0/rounding" && error["allowed"] == Json({"nearest", nullptr}));
    error = error_for(change({"L001"}, "int4", nullptr, nullptr, "128")); // rows of 8 x 3 x 3 = 72
    QVERIFY2(error["path"] == "/layers/0/group" && error["allowed"] == Json({"channel", nullptr}), error.dump().c_str());
    error = error_for(change({"L001"}, nullptr));
    QVERIFY(error["path"] == "/layers/0" && error["allowed"].size() == 4);
    error = error_for(change({"L001", "L001"}, "int4"));
    QVERIFY(error["path"] == "/layers/0/ids/1");
    desk.mutable_data().calibration = {};
    error = error_for(change({"L001"}, "int4", nullptr, "gptq"));
    QVERIFY(error["path"] == "/layers/0/rounding" && error["allowed"] == Json({"nearest", "mse", nullptr}));
    error = only_error(call(tools, "propose_recipe", proposal("static-int8")));
    QVERIFY(error["path"] == "/base" && error["allowed"].size() > 3);
}

void TestTools::refuses_what_the_constraints_forbid()
{
    ca::Constraints limits;
    limits.pins["l00"] = ca::Format::fp32;
    limits.minimum_bits["l01"] = 6;
    limits.forbidden = {ca::Format::int2};
    PlannedDesk desk(6, 24, limits);
    ca::ToolBox tools(desk, {});
    const auto errors = [&](const Json &arguments) { return call(tools, "propose_recipe", arguments).content["errors"]; };
    Json found = errors(proposal("int8-weight"));
    QVERIFY(found.size() == 1 && found[0]["path"] == "/base" && found[0]["allowed"] == Json::array({"fp32"}));
    found = errors(
        proposal("int8-weight", Json::array({change({"L001"}, "fp32"), change({"L002"}, "int4"), change({"L003"}, "int2")})));
    QVERIFY2(found.size() == 2 && found[0]["path"] == "/layers/1/format" && found[1]["path"] == "/layers/2/format",
             found.dump().c_str());
    const Json &wide = found[0]["allowed"];
    QVERIFY(std::find(wide.begin(), wide.end(), "int6") != wide.end()
            && std::find(wide.begin(), wide.end(), "int5") == wide.end());
    QVERIFY(!call(tools, "propose_recipe", proposal("int8-weight", Json::array({change({"L001"}, "fp32")}))).failed);
    desk.mutable_study().constraints.bytes = 20'000;
    found = errors(proposal("bf16", Json::array({change({"L001"}, "fp32")})));
    QVERIFY(found.size() == 1 && found[0]["allowed"] == "at most 20000 bytes");
}

void TestTools::refuses_what_was_tried_or_proposed()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    QVERIFY(only_error(call(tools, "propose_recipe", proposal("fp32")))["problem"] == "is the recipe of T1, which is done");
    QVERIFY(!call(tools, "propose_recipe", proposal("int8-weight")).failed);
    const Json error = only_error(call(tools, "propose_recipe", proposal("int8-weight")));
    QVERIFY(error["problem"] == "is the recipe of P1, which can be run as it is" && error["allowed"] == Json::array({"P1"}));
    QVERIFY(!call(tools, "run_trials", {{"proposals", {"P1"}}}).failed);
    QVERIFY(only_error(call(tools, "run_trials", {{"proposals", {"P1"}}}))["problem"] == "was carried out as T2");
    QVERIFY(only_error(call(tools, "propose_recipe", proposal("int8-weight")))["problem"]
            == "is the recipe of T2, which is done");
    QCOMPARE(desk.carried_out, std::size_t{1});
}

void TestTools::refuses_what_the_machine_has_no_memory_for()
{
    PlannedDesk desk;
    ca::ToolOptions options;
    options.memory = ca::bytes(1000);
    ca::ToolBox tools(desk, options);
    const Json error = only_error(call(tools, "propose_recipe", proposal("int4-weight")));
    QVERIFY2(error["allowed"] == "at most 1.00 kB", error.dump().c_str());
}

void TestTools::explains_a_layer()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const auto answer = call(tools, "explain_layer", {{"layer", "L002"}});
    QVERIFY(!answer.failed && answer.content["id"] == "L002" && answer.content["name"] == "l01");
    QVERIFY(answer.content["shape"] == Json({16, 16, 3, 3}) && answer.content["parameters"] == 2304); // 16 x 16 x 3 x 3
    QVERIFY(answer.content["place"] == Json({2, 6}));
    QVERIFY(only_error(call(tools, "explain_layer", {{"layer", "/etc/passwd"}}))["allowed"] == Json::array({"L001 to L006"}));
}

void TestTools::sorts_layers()
{
    PlannedDesk desk;
    ca::ToolBox tools(desk, {});
    const Json all{{"sort", "divergence"}, {"format", "int4"}, {"limit", nullptr}, {"layers", nullptr}};
    const auto answer = call(tools, "sensitivity", all);
    const Json values = column(answer.content["table"], "divergence_int4");
    QCOMPARE(values.size(), std::size_t{6});
    QVERIFY(std::is_sorted(values.rbegin(), values.rend()));
    Json few = all;
    few["limit"] = 2;
    QCOMPARE(call(tools, "sensitivity", few).content["table"]["rows"].size(), std::size_t{2});
    few["limit"] = 0;
    QVERIFY(only_error(call(tools, "sensitivity", few))["path"] == "/limit");
    few = all;
    few["layers"] = {"L003", "L9"};
    QVERIFY(only_error(call(tools, "sensitivity", few))["path"] == "/layers/1");
}

QTEST_APPLESS_MAIN(TestTools)
#include "test_tools.moc"
