// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/mcp.h"

#include <QtTest>

using ca::Json;

namespace {

Json parsed(const std::optional<std::string> &line)
{
    return line && line->find('\n') == std::string::npos ? Json::parse(*line) : Json();
}

std::string request(int id, const std::string &method, const Json &parameters)
{
    return Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", parameters}}.dump();
}

ca::McpServer initialized()
{
    ca::McpServer server("1.2", "How to.");
    (void)server.take(request(0, "initialize", {{"protocolVersion", "2025-06-18"}}));
    return server;
}

} // namespace

/// Lines of JSON-RPC as the Model Context Protocol has them.
class TestMcp final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agrees_on_a_revision_data();
    void agrees_on_a_revision();
    void lists_the_tools_with_their_schemas();
    void takes_calls();
    void answers_calls();
    void hears_of_what_is_cancelled();
    void reports_progress_where_it_is_wanted();
    void refuses_what_is_no_request_data();
    void refuses_what_is_no_request();
    void waits_for_initialize();
};

void TestMcp::agrees_on_a_revision_data()
{
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("given");
    QTest::addRow("the client's") << "2024-11-05"
                                  << "2024-11-05";
    QTest::addRow("the newest") << "2025-11-25"
                                << "2025-11-25";
    QTest::addRow("one of the future") << "2031-01-01"
                                       << "2025-11-25";
    QTest::addRow("none") << ""
                          << "2025-11-25";
}

void TestMcp::agrees_on_a_revision()
{
    QFETCH(QString, wanted);
    QFETCH(QString, given);
    ca::McpServer server("1.2", "How to.");
    const Json answer = parsed(server.take(request(7, "initialize", {{"protocolVersion", wanted.toStdString()}})).send);
    QCOMPARE(answer["id"], Json(7));
    QCOMPARE(answer["result"]["protocolVersion"].get<std::string>(), given.toStdString());
    QCOMPARE(answer["result"]["serverInfo"]["version"].get<std::string>(), std::string("1.2"));
    QVERIFY(answer["result"]["capabilities"].contains("tools"));
}

void TestMcp::lists_the_tools_with_their_schemas()
{
    ca::McpServer server = initialized();
    const Json tools = parsed(server.take(request(1, "tools/list", Json::object())).send)["result"]["tools"];
    std::vector<std::string> names;
    for (const Json &tool : tools) {
        names.push_back(tool["name"]);
        QCOMPARE(tool["inputSchema"]["type"].get<std::string>(), std::string("object"));
        QVERIFY(!tool["annotations"]["destructiveHint"].get<bool>());
    }
    QCOMPARE(names,
             (std::vector<std::string>{"study_overview", "sensitivity", "propose_recipe", "run_trials", "compare_trials",
                                       "explain_layer", "set_constraint", "finish"})); // CLI.md
}

void TestMcp::takes_calls()
{
    ca::McpServer server = initialized();
    const auto reaction = server.take(R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"explain_layer",)"
                                      R"("arguments":{"layer":"L001"},"_meta":{"progressToken":5}}})");
    QVERIFY(!reaction.send);
    QVERIFY(reaction.call);
    QCOMPARE(reaction.call->id, Json("a"));
    QVERIFY(reaction.call->call == (ca::ToolCall{"a", "explain_layer", R"({"layer":"L001"})"}));
    QCOMPARE(reaction.call->progress_token, Json(5));
    const auto bare = server.take(request(3, "tools/call", {{"name", "study_overview"}}));
    QCOMPARE(bare.call->call.arguments, std::string("{}"));
    const Json unknown = parsed(server.take(request(4, "tools/call", {{"name", "rm"}})).send);
    QCOMPARE(unknown["error"]["code"], Json(-32602));
}

void TestMcp::answers_calls()
{
    const ca::McpCall call{9, {"9", "study_overview", "{}"}};
    ca::ToolAnswer answer;
    answer.content = {{"a", "line\nbreak"}};
    answer.failed = true;
    const Json line = parsed(ca::McpServer::answer(call, answer));
    QCOMPARE(line["id"], Json(9));
    QCOMPARE(line["result"]["isError"], Json(true));
    QCOMPARE(line["result"]["structuredContent"], answer.content);
    QCOMPARE(Json::parse(line["result"]["content"][0]["text"].get<std::string>()), answer.content);
    QCOMPARE(parsed(ca::McpServer::failure(call, "No model."))["result"]["content"][0]["text"], Json("No model."));
}

void TestMcp::hears_of_what_is_cancelled()
{
    ca::McpServer server = initialized();
    const auto reaction =
        server.take(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4,"reason":"late"}})");
    QVERIFY(!reaction.send && !reaction.call);
    QCOMPARE(*reaction.cancelled, Json(4));
    QVERIFY(!server.take(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").send);
}

void TestMcp::reports_progress_where_it_is_wanted()
{
    ca::McpCall call{9, {"9", "run_trials", "{}"}};
    ca::ProgressReport report;
    report.stage = "T3: Evaluating";
    QVERIFY(!ca::McpServer::progress(call, report, 1));
    call.progress_token = "token";
    const Json line = parsed(ca::McpServer::progress(call, report, 2));
    QCOMPARE(line["method"], Json("notifications/progress"));
    QCOMPARE(line["params"], (Json{{"progressToken", "token"}, {"progress", 2}, {"message", "T3: Evaluating"}}));
    QVERIFY(!line.contains("id"));
}

void TestMcp::refuses_what_is_no_request_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::addRow("no JSON") << QByteArray("hello") << -32700;
    QTest::addRow("cut off") << QByteArray(R"({"jsonrpc":"2.0","id":1,)") << -32700;
    QTest::addRow("deep") << QByteArray(5000, '[') << -32700;
    QTest::addRow("a batch") << QByteArray(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])") << -32600;
    QTest::addRow("no version") << QByteArray(R"({"id":1,"method":"ping"})") << -32600;
    QTest::addRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":1})") << -32600;
    QTest::addRow("an id that is an object") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"ping"})") << -32600;
    QTest::addRow("another method") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})") << -32601;
    QTest::addRow("a call without a name") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]})")
                                           << -32602;
}

void TestMcp::refuses_what_is_no_request()
{
    QFETCH(QByteArray, line);
    QFETCH(int, code);
    ca::McpServer server = initialized();
    const auto reaction = server.take(line.toStdString());
    QVERIFY(!reaction.call);
    QCOMPARE(parsed(reaction.send)["error"]["code"], Json(code));
}

void TestMcp::waits_for_initialize()
{
    ca::McpServer server("1.2", "How to.");
    QCOMPARE(parsed(server.take(request(1, "tools/list", Json::object())).send)["error"]["code"], Json(-32600));
    QCOMPARE(parsed(server.take(request(2, "ping", Json::object())).send)["result"], Json::object());
}

QTEST_APPLESS_MAIN(TestMcp)
#include "test_mcp.moc"
