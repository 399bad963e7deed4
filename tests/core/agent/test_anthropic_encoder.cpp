// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"
#include "tests/corpus/llm/anthropic_streams.h"
#include "tests/support/llm_turns.h"

#include <QtTest>

using namespace std::string_literals;
using ca::ChatRole;
using ca::Json;

namespace {

const ca::Endpoint kAnthropic{"https://api.anthropic.com/v1", "claude", "sk-ant-1", false};

ca::ChatRequest request()
{
    ca::ChatRequest request;
    request.system = "Be brief.";
    request.messages = {{ChatRole::user, "Under 6 MB?"}};
    const Json parameters = Json::parse(R"({"type":"object","properties":{},"additionalProperties":false})");
    request.tools = {{"study_overview", "Tells of the study.", parameters}, {"finish", "Ends the turn.", parameters}};
    request.max_tokens = 1000;
    return request;
}

Json body(const ca::ChatRequest &request, const ca::Dropped &dropped = {})
{
    return Json::parse(ca::anthropic_dialect()->encode(kAnthropic, request, dropped).body);
}

ca::ChatMessage result(std::string id, std::string text, bool failed = false)
{
    ca::ChatMessage message{ChatRole::tool, std::move(text)};
    message.call_id = std::move(id);
    message.failed = failed;
    return message;
}

/// How often a thing is marked for the cache.
int marks(const Json &json)
{
    const std::string text = ca::canonical(json);
    return static_cast<int>(QByteArray::fromStdString(text).count(R"("cache_control":{"type":"ephemeral"})"));
}

} // namespace

class TestAnthropicEncoder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asks_by_the_vendors_address_and_headers();
    void writes_a_whole_request();
    void puts_all_results_into_one_message_before_the_text();
    void answers_every_call();
    void merges_what_one_side_says();
    void marks_the_last_of_what_stays_the_same();
    void marks_nothing_where_that_is_not_taken();
    void sends_the_vendors_blocks_back_unchanged_data();
    void sends_the_vendors_blocks_back_unchanged();
    void sends_arguments_that_are_no_json_within_json();
    void leaves_out_what_is_not_there();
    void the_limit_is_always_sent();
    void lists_models_by_page();
};

void TestAnthropicEncoder::asks_by_the_vendors_address_and_headers()
{
    const ca::HttpRequest http = ca::anthropic_dialect()->encode(kAnthropic, request(), {});
    QCOMPARE(http.method, "POST"s);
    QCOMPARE(http.url, "https://api.anthropic.com/v1/messages"s);
    const std::vector<std::pair<std::string, std::string>> expected{{"anthropic-version", "2023-06-01"},
                                                                    {"x-api-key", "sk-ant-1"},
                                                                    {"content-type", "application/json"},
                                                                    {"accept", "text/event-stream"}};
    QCOMPARE(http.headers, expected);
    QCOMPARE(http.body.find("sk-ant-1"), std::string::npos);
    ca::Endpoint keyless = kAnthropic;
    keyless.key.clear();
    for (const auto &[name, value] : ca::anthropic_dialect()->encode(keyless, request(), {}).headers)
        QVERIFY(name != "x-api-key");
}

void TestAnthropicEncoder::writes_a_whole_request()
{
    const Json expected = Json::parse(R"({
        "model": "claude", "max_tokens": 1000, "stream": true,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": "Under 6 MB?", "cache_control": {"type": "ephemeral"}}]}],
        "tools": [
            {"name": "study_overview", "description": "Tells of the study.",
             "input_schema": {"type": "object", "properties": {}, "additionalProperties": false}},
            {"name": "finish", "description": "Ends the turn.", "cache_control": {"type": "ephemeral"},
             "input_schema": {"type": "object", "properties": {}, "additionalProperties": false}}]})");
    QCOMPARE(ca::canonical(body(request())), ca::canonical(expected));
}

void TestAnthropicEncoder::puts_all_results_into_one_message_before_the_text()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back(
        {ChatRole::assistant, "Looking.", {{"toolu_1", "finish", R"({"a": 1})"}, {"toolu_2", "study_overview", "{}"}}});
    asked.messages.push_back(result("toolu_2", "two"));
    asked.messages.push_back(result("toolu_1", "no such trial", true));
    asked.messages.push_back({ChatRole::user, "Go on."});
    const Json expected = Json::parse(R"([
        {"role": "user", "content": [{"type": "text", "text": "Under 6 MB?"}]},
        {"role": "assistant", "content": [
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "toolu_1", "name": "finish", "input": {"a": 1}},
            {"type": "tool_use", "id": "toolu_2", "name": "study_overview", "input": {}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no such trial", "is_error": true},
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": "two"},
            {"type": "text", "text": "Go on."}]}])");
    QCOMPARE(ca::canonical(body(asked, {{"cache_control"}, false})["messages"]), ca::canonical(expected));
}

void TestAnthropicEncoder::answers_every_call()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "", {{"toolu_1", "finish", "{}"}}});
    asked.messages.push_back({ChatRole::user, "Stop."});
    const Json content = body(asked)["messages"][2]["content"];
    QCOMPARE(content[0]["tool_use_id"].get<std::string>(), "toolu_1"s);
    QCOMPARE(content[0]["is_error"].get<bool>(), true);
    QCOMPARE(content[1]["text"].get<std::string>(), "Stop."s);
}

void TestAnthropicEncoder::merges_what_one_side_says()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::user, "And fast."});
    asked.messages.push_back({ChatRole::assistant, "One."});
    asked.messages.push_back({ChatRole::assistant, ""});
    asked.messages.push_back({ChatRole::assistant, "Two."});
    const Json messages = body(asked)["messages"];
    QCOMPARE(messages.size(), std::size_t(2));
    QCOMPARE(messages[0]["content"].size(), std::size_t(2));
    QCOMPARE(messages[1]["content"].size(), std::size_t(2));
}

/// At most four are taken.
void TestAnthropicEncoder::marks_the_last_of_what_stays_the_same()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "", {{"toolu_1", "finish", "{}"}, {"toolu_2", "finish", "{}"}}});
    asked.messages.push_back(result("toolu_1", "one"));
    asked.messages.push_back(result("toolu_2", "two"));
    const Json sent = body(asked);
    QCOMPARE(marks(sent), 3);
    QCOMPARE(marks(sent["tools"].back()), 1);
    QCOMPARE(marks(sent["system"]), 1);
    QCOMPARE(marks(sent["messages"].back()["content"].back()), 1);
}

void TestAnthropicEncoder::marks_nothing_where_that_is_not_taken()
{
    QCOMPARE(marks(body(request(), {{"cache_control"}, false})), 0);
}

void TestAnthropicEncoder::sends_the_vendors_blocks_back_unchanged_data()
{
    QTest::addColumn<QByteArray>("stream");
    for (const auto &stream : llm::anthropic::kept_blocks())
        QTest::newRow(stream.name.c_str()) << QByteArray::fromStdString(stream.bytes);
}

void TestAnthropicEncoder::sends_the_vendors_blocks_back_unchanged()
{
    QFETCH(QByteArray, stream);
    const std::string bytes = stream.toStdString();
    const auto turn = decoded(*ca::anthropic_dialect(), {bytes}).turn;
    QVERIFY(turn);
    QVERIFY(turn->message.opaque.is_array());
    ca::ChatRequest asked = request();
    asked.messages.push_back(turn->message);
    const Json sent = body(asked);
    QCOMPARE(ca::canonical(sent["messages"][1]["content"]), ca::canonical(turn->message.opaque));
    for (const ca::ToolCall &call : turn->message.calls)
        asked.messages.push_back(result(call.id, "fine"));
    asked.messages.push_back({ChatRole::user, "Go on."});
    QCOMPARE(ca::canonical(body(asked)["messages"][1]["content"]), ca::canonical(turn->message.opaque));
}

void TestAnthropicEncoder::sends_arguments_that_are_no_json_within_json()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "", {{"a", "finish", R"({"x": )"}}});
    QCOMPARE(ca::canonical(body(asked)["messages"][1]["content"][0]["input"]), R"({"not_json":"{\"x\": "})"s);
}

void TestAnthropicEncoder::leaves_out_what_is_not_there()
{
    ca::ChatRequest asked = request();
    asked.system.clear();
    asked.tools.clear();
    const Json sent = body(asked);
    QVERIFY(!sent.contains("system"));
    QVERIFY(!sent.contains("tools"));
}

void TestAnthropicEncoder::the_limit_is_always_sent()
{
    QCOMPARE(body(request(), {{"max_tokens"}, true})["max_tokens"].get<int>(), 1000);
}

void TestAnthropicEncoder::lists_models_by_page()
{
    const ca::HttpRequest first = ca::anthropic_dialect()->list_models(kAnthropic, "");
    QCOMPARE(first.method, "GET"s);
    QCOMPARE(first.url, "https://api.anthropic.com/v1/models?limit=100"s);
    QCOMPARE(ca::anthropic_dialect()->list_models(kAnthropic, "a/b c&d-1.2_~").url,
             "https://api.anthropic.com/v1/models?limit=100&after_id=a%2Fb%20c%26d-1.2_~"s);
}

QTEST_APPLESS_MAIN(TestAnthropicEncoder)
#include "test_anthropic_encoder.moc"
