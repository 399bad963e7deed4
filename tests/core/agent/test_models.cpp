// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"

#include <QtTest>

using namespace std::string_literals;

using Models = std::vector<ca::ListedModel>;
Q_DECLARE_METATYPE(Models)

class TestModels final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_the_lists_of_every_server_data();
    void reads_the_lists_of_every_server();
    void goes_on_where_a_page_ends();
    void refuses_what_is_no_list_data();
    void refuses_what_is_no_list();
    void leaves_out_what_cannot_be_asked_for();
};

void TestModels::reads_the_lists_of_every_server_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Models>("models");
    const auto add = [](const char *name, const char *body, Models models) { QTest::newRow(name) << QByteArray(body) << models; };
    add("OpenAI", R"({"object":"list","data":[{"id":"gpt-5","object":"model","created":1,"owned_by":"openai"}]})",
        {{"gpt-5", "gpt-5", {}}});
    add("Anthropic",
        R"({"data":[{"type":"model","id":"claude-x","display_name":"Claude X","created_at":"2025-01-01T00:00:00Z","max_input_tokens":200000,"max_tokens":64000}],"has_more":false,"first_id":"claude-x","last_id":"claude-x"})",
        {{"claude-x", "Claude X", 200000}});
    add("llama.cpp",
        R"({"models":[{"name":"q.gguf","model":"q.gguf"}],"object":"list","data":[{"id":"q.gguf","object":"model","meta":{"n_ctx_train":40960}}]})",
        {{"q.gguf", "q.gguf", 40960}});
    add("llama.cpp, as it is loaded", R"({"data":[{"id":"q","meta":{"n_ctx_train":40960,"n_ctx":8192}}]})", {{"q", "q", 8192}});
    add("llama.cpp, while it loads", R"({"data":[{"id":"q","meta":null}]})", {{"q", "q", {}}});
    add("vLLM", R"({"data":[{"id":"m","max_model_len":32768}]})", {{"m", "m", 32768}});
    add("LM Studio", R"({"data":[{"id":"m","max_context_length":131072,"loaded_context_length":4096}]})", {{"m", "m", 4096}});
    add("OpenRouter", R"({"data":[{"id":"a/m","name":"A: M","context_length":128000}]})", {{"a/m", "a/m", 128000}});
    add("Ollama's own", R"({"models":[{"name":"qwen3:8b","model":"qwen3:8b","size":5}]})", {{"qwen3:8b", "qwen3:8b", {}}});
    add("a bare list", R"([{"id":"m"},{"id":"n"}])", {{"m", "m", {}}, {"n", "n", {}}});
    add("none", R"({"data":[]})", {});
}

void TestModels::reads_the_lists_of_every_server()
{
    QFETCH(QByteArray, body);
    QFETCH(Models, models);
    for (const auto &dialect : {ca::openai_dialect(), ca::anthropic_dialect()}) {
        const auto listed = dialect->models(body.toStdString());
        QVERIFY(listed);
        QCOMPARE(listed->first, models);
        QCOMPARE(listed->second, ""s);
    }
}

void TestModels::goes_on_where_a_page_ends()
{
    const auto listed = ca::anthropic_dialect()->models(R"({"data":[{"id":"a"},{"id":"b"}],"has_more":true,"last_id":"b"})");
    QVERIFY(listed);
    QCOMPARE(listed->second, "b"s);
}

void TestModels::refuses_what_is_no_list_data()
{
    QTest::addColumn<QByteArray>("body");
    for (const char *body : {"", "{}", "17", R"({"data":{"id":"m"}})", R"({"error":"no"})", "<html>", "{\"data\":["})
        QTest::newRow(*body ? body : "nothing") << QByteArray(body);
    QTest::newRow("nested too deeply") << QByteArray(10'000, '[');
}

void TestModels::refuses_what_is_no_list()
{
    QFETCH(QByteArray, body);
    const auto listed = ca::openai_dialect()->models(body.toStdString());
    QVERIFY(!listed);
    QCOMPARE(listed.error().kind, ca::FailureKind::bad_answer);
}

void TestModels::leaves_out_what_cannot_be_asked_for()
{
    const auto listed = ca::openai_dialect()->models(
        R"({"data":[{"id":"m"},{"id":"m"},{"id":""},{"id":17},{},17,null,{"id":"a\u0007b"},{"id":"n","display_name":"N\u202eM\n!"}]})");
    QVERIFY(listed);
    QCOMPARE(listed->first, (Models{{"m", "m", {}}, {"n", "NM !", {}}}));
}

QTEST_APPLESS_MAIN(TestModels)
#include "test_models.moc"
