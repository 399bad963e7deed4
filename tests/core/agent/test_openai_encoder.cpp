// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"

#include <QtTest>

using namespace std::string_literals;
using ca::ChatRole;
using ca::Json;

namespace {

const ca::Endpoint kOpenAi{"https://api.openai.com/v1", "gpt-5", "sk-1", false};
const ca::Endpoint kOllama{"http://127.0.0.1:11434/v1", "qwen3", "", true};
const ca::Endpoint kGateway{"https://openrouter.ai/api/v1", "m", "k", false};

ca::ChatRequest request()
{
    ca::ChatRequest request;
    request.system = "Be brief.";
    request.messages = {{ChatRole::user, "Under 6 MB?"}};
    request.tools = {
        {"finish", "Ends the turn.", Json::parse(R"({"type":"object","properties":{},"additionalProperties":false})")}};
    request.max_tokens = 1000;
    return request;
}

Json body(const ca::Endpoint &endpoint, const ca::ChatRequest &request, const ca::Dropped &dropped = {})
{
    return Json::parse(ca::openai_dialect()->encode(endpoint, request, dropped).body);
}

ca::ChatMessage result(std::string id, std::string text)
{
    ca::ChatMessage message{ChatRole::tool, std::move(text)};
    message.call_id = std::move(id);
    return message;
}

std::string compact(const Json &json)
{
    return ca::canonical(json);
}

} // namespace

class TestOpenaiEncoder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asks_by_the_vendors_address_and_header();
    void sends_no_header_without_a_key();
    void writes_a_whole_request();
    void keeps_to_what_an_imitation_knows();
    void names_the_limit_as_the_server_knows_it_data();
    void names_the_limit_as_the_server_knows_it();
    void leaves_out_what_a_server_did_not_take_data();
    void leaves_out_what_a_server_did_not_take();
    void knows_what_can_be_left_out();
    void writes_calls_and_their_answers();
    void answers_every_call_in_order();
    void sends_arguments_that_are_no_json_within_json();
    void does_not_send_thinking_back();
    void speaks_of_no_tools_without_tools();
    void the_same_conversation_is_the_same_bytes();
    void a_longer_conversation_begins_with_the_shorter();
    void survives_text_that_is_no_utf8();
    void lists_models();
};

void TestOpenaiEncoder::asks_by_the_vendors_address_and_header()
{
    const ca::HttpRequest http = ca::openai_dialect()->encode(kOpenAi, request(), {});
    QCOMPARE(http.method, "POST"s);
    QCOMPARE(http.url, "https://api.openai.com/v1/chat/completions"s);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"content-type", "application/json"}, {"accept", "text/event-stream"}, {"authorization", "Bearer sk-1"}};
    QCOMPARE(http.headers, expected);
    QCOMPARE(http.body.find("sk-1"), std::string::npos);
}

void TestOpenaiEncoder::sends_no_header_without_a_key()
{
    for (const auto &[name, value] : ca::openai_dialect()->encode(kOllama, request(), {}).headers)
        QVERIFY(name != "authorization");
}

void TestOpenaiEncoder::writes_a_whole_request()
{
    const Json expected = Json::parse(R"({
        "model": "gpt-5", "stream": true, "stream_options": {"include_usage": true}, "max_completion_tokens": 1000,
        "parallel_tool_calls": true,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Under 6 MB?"}],
        "tools": [{"type": "function", "function": {"name": "finish", "description": "Ends the turn.", "strict": true,
                   "parameters": {"type": "object", "properties": {}, "additionalProperties": false}}}]})");
    QCOMPARE(compact(body(kOpenAi, request())), compact(expected));
}

void TestOpenaiEncoder::keeps_to_what_an_imitation_knows()
{
    const Json expected = Json::parse(R"({
        "model": "qwen3", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 1000,
        "parallel_tool_calls": true,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Under 6 MB?"}],
        "tools": [{"type": "function", "function": {"name": "finish", "description": "Ends the turn.",
                   "parameters": {"type": "object", "properties": {}, "additionalProperties": false}}}]})");
    QCOMPARE(compact(body(kOllama, request())), compact(expected));
}

void TestOpenaiEncoder::names_the_limit_as_the_server_knows_it_data()
{
    QTest::addColumn<QString>("base");
    QTest::addColumn<bool>("old");
    QTest::addColumn<QStringList>("dropped");
    QTest::addColumn<QString>("name");
    const QString openai = "https://api.openai.com/v1", ollama = "http://127.0.0.1:11434/v1";
    const QString max_tokens = "max_tokens", max_completion_tokens = "max_completion_tokens";
    QTest::newRow("OpenAI") << openai << false << QStringList() << max_completion_tokens;
    QTest::newRow("Azure") << "https://x.openai.azure.com/openai/v1" << false << QStringList() << max_completion_tokens;
    QTest::newRow("OpenAI, learned") << openai << true << QStringList() << max_tokens;
    QTest::newRow("OpenAI, dropped") << openai << false << QStringList(max_completion_tokens) << max_tokens;
    QTest::newRow("Ollama") << ollama << false << QStringList() << max_tokens;
    QTest::newRow("a gateway") << "https://openrouter.ai/api/v1" << false << QStringList() << max_tokens;
    QTest::newRow("an imitation of the name") << "https://api.openai.com.example.org/v1" << false << QStringList() << max_tokens;
    QTest::newRow("a gateway to a reasoning model") << ollama << false << QStringList(max_tokens) << max_completion_tokens;
    QTest::newRow("neither") << openai << false << QStringList{max_tokens, max_completion_tokens} << QString();
}

void TestOpenaiEncoder::names_the_limit_as_the_server_knows_it()
{
    QFETCH(QString, base);
    QFETCH(bool, old);
    QFETCH(QStringList, dropped);
    QFETCH(QString, name);
    ca::Dropped parameters;
    parameters.old_max_tokens = old;
    for (const QString &parameter : dropped)
        parameters.parameters.push_back(parameter.toStdString());
    const Json sent = body({base.toStdString(), "m", "", false}, request(), parameters);
    QCOMPARE(sent.value("max_tokens", 0), name == QLatin1String("max_tokens") ? 1000 : 0);
    QCOMPARE(sent.value("max_completion_tokens", 0), name == QLatin1String("max_completion_tokens") ? 1000 : 0);
}

void TestOpenaiEncoder::leaves_out_what_a_server_did_not_take_data()
{
    QTest::addColumn<QByteArray>("parameter");
    for (const char *parameter : {"stream_options", "parallel_tool_calls", "strict"})
        QTest::newRow(parameter) << QByteArray(parameter);
}

void TestOpenaiEncoder::leaves_out_what_a_server_did_not_take()
{
    QFETCH(QByteArray, parameter);
    const std::string quoted = '"' + parameter.toStdString() + '"';
    QVERIFY(compact(body(kOpenAi, request())).find(quoted) != std::string::npos);
    const Json sent = body(kOpenAi, request(), {{parameter.toStdString()}, false});
    QCOMPARE(compact(sent).find(quoted), std::string::npos);
    QCOMPARE(sent["tools"].size(), std::size_t(1));
}

void TestOpenaiEncoder::knows_what_can_be_left_out()
{
    for (const char *parameter :
         {"stream_options", "parallel_tool_calls", "strict", "cache_control", "max_tokens", "max_completion_tokens"})
        QVERIFY(ca::is_droppable(parameter));
    for (const char *parameter : {"", "model", "messages", "tools", "stream"})
        QVERIFY(!ca::is_droppable(parameter));
}

void TestOpenaiEncoder::writes_calls_and_their_answers()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "", {{"call_1", "finish", R"({ "a": 1 })"}}});
    asked.messages.push_back(result("call_1", R"({"ok":true})"));
    asked.messages.push_back({ChatRole::assistant, "Done."});
    asked.messages.push_back({ChatRole::user, "Thanks."});
    const Json expected = Json::parse(R"([
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Under 6 MB?"},
        {"role": "assistant", "content": null,
         "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "finish", "arguments": "{\"a\":1}"}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "{\"ok\":true}"},
        {"role": "assistant", "content": "Done."}, {"role": "user", "content": "Thanks."}])");
    QCOMPARE(compact(body(kOpenAi, asked)["messages"]), compact(expected));
}

/// Also those that were cancelled; and nothing that answers no call.
void TestOpenaiEncoder::answers_every_call_in_order()
{
    ca::ChatRequest asked = request();
    asked.messages = {{ChatRole::user, "Go."},
                      {ChatRole::assistant, "Yes.", {{"a", "finish", "{}"}, {"b", "finish", "{}"}, {"c", "finish", "{}"}}},
                      result("c", "C"),
                      result("a", "A"),
                      result("x", "X"),
                      {ChatRole::assistant, ""},
                      {ChatRole::user, "And?"},
                      result("b", "late")};
    const Json messages = body(kOpenAi, asked)["messages"];
    QStringList roles;
    for (const Json &message : messages)
        roles << QString::fromStdString(message["role"].get<std::string>() + ":" + message.value("tool_call_id", ""));
    QCOMPARE(roles, (QStringList{"system:", "user:", "assistant:", "tool:a", "tool:b", "tool:c", "user:"}));
    QCOMPARE(messages[3]["content"].get<std::string>(), "A"s);
    QVERIFY(messages[4]["content"].get<std::string>().find("cancelled") != std::string::npos);
    QCOMPARE(messages[5]["content"].get<std::string>(), "C"s);
}

void TestOpenaiEncoder::sends_arguments_that_are_no_json_within_json()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "", {{"a", "finish", R"({"x": )"}, {"b", "finish", "[1]"}}});
    const Json calls = body(kOpenAi, asked)["messages"][2]["tool_calls"];
    QCOMPARE(calls[0]["function"]["arguments"].get<std::string>(), R"({"not_json":"{\"x\": "})"s);
    QCOMPARE(calls[1]["function"]["arguments"].get<std::string>(), R"({"not_json":"[1]"})"s);
}

void TestOpenaiEncoder::does_not_send_thinking_back()
{
    ca::ChatRequest asked = request();
    asked.messages.push_back({ChatRole::assistant, "Yes."});
    asked.messages.back().opaque = Json::parse(R"([{"type":"thinking","thinking":"secret"}])");
    QCOMPARE(compact(body(kOpenAi, asked)).find("secret"), std::string::npos);
}

void TestOpenaiEncoder::speaks_of_no_tools_without_tools()
{
    ca::ChatRequest asked = request();
    asked.tools.clear();
    asked.system.clear();
    const Json sent = body(kGateway, asked);
    QVERIFY(!sent.contains("tools"));
    QVERIFY(!sent.contains("parallel_tool_calls"));
    QCOMPARE(sent["messages"].size(), std::size_t(1));
}

void TestOpenaiEncoder::the_same_conversation_is_the_same_bytes()
{
    const auto dialect = ca::openai_dialect();
    QCOMPARE(dialect->encode(kOpenAi, request(), {}).body, ca::openai_dialect()->encode(kOpenAi, request(), {}).body);
}

/// So that what a vendor keeps of the one is of use for the other.
void TestOpenaiEncoder::a_longer_conversation_begins_with_the_shorter()
{
    const std::string shorter = compact(body(kOpenAi, request())["messages"]);
    ca::ChatRequest longer = request();
    longer.messages.push_back({ChatRole::assistant, "Yes."});
    longer.messages.push_back({ChatRole::user, "More."});
    QVERIFY(compact(body(kOpenAi, longer)["messages"]).starts_with(shorter.substr(0, shorter.size() - 1)));
}

void TestOpenaiEncoder::survives_text_that_is_no_utf8()
{
    ca::ChatRequest asked = request();
    asked.messages.front().text = "a\xFF"
                                  "b\xF0\x9F";
    asked.messages.push_back({ChatRole::assistant, "", {{"a", "finish", "\"\xFF"}}});
    QCOMPARE(body(kOpenAi, asked)["messages"][1]["content"].get<std::string>(),
             "a\xEF\xBF\xBD"
             "b\xEF\xBF\xBD"s);
}

void TestOpenaiEncoder::lists_models()
{
    const ca::HttpRequest http = ca::openai_dialect()->list_models(kOpenAi, "");
    QCOMPARE(http.method, "GET"s);
    QCOMPARE(http.url, "https://api.openai.com/v1/models"s);
    QCOMPARE(http.body, ""s);
    QCOMPARE(http.headers.back(), (std::pair<std::string, std::string>("authorization", "Bearer sk-1")));
}

QTEST_APPLESS_MAIN(TestOpenaiEncoder)
#include "test_openai_encoder.moc"
