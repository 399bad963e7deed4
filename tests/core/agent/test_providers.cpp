// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/providers.h"

#include <QtTest>

#include <map>

namespace {

/// Answers by a table of addresses; who is not in it refuses the connection.
class TableTransport final : public ca::Transport {
public:
    struct Answer {
        int status = 200;
        std::string body;
    };
    std::map<std::string, Answer> answers;
    std::vector<ca::HttpRequest> requests;
    std::vector<ca::HttpLimits> limits;

    ca::ChatResult<ca::HttpHead> send(const ca::HttpRequest &request, const ca::HttpLimits &request_limits,
                                      const std::function<bool(const ca::HttpHead &)> &on_head,
                                      const std::function<bool(std::string_view)> &on_body, std::stop_token) override
    {
        requests.push_back(request);
        limits.push_back(request_limits);
        const auto found = answers.find(request.url);
        if (found == answers.end())
            return tl::unexpected(ca::ChatFailure{ca::FailureKind::connection, "Nothing answers."});
        const ca::HttpHead head{found->second.status, {}};
        if (on_head(head))
            on_body(found->second.body);
        return head;
    }
};

const ca::Provider &known(const char *id)
{
    for (const ca::Provider &provider : ca::known_providers())
        if (provider.id == id)
            return provider;
    return ca::known_providers().front();
}

} // namespace

class TestProviders final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_the_vendors_and_the_usual_ports();
    void makes_one_address_of_all_ways_to_write_it_data();
    void makes_one_address_of_all_ways_to_write_it();
    void takes_no_other_providers_data();
    void takes_no_other_providers();
    void knows_a_preset_by_its_address();
    void speaks_to_anthropic_as_it_wants();
    void takes_the_key_of_the_vendors_variable();
    void reads_all_pages_of_a_list();
    void ends_where_pages_go_in_circles();
    void checks_a_key_by_the_list_of_models();
    void asks_nobody_without_a_key_that_is_needed();
    void finds_the_servers_that_run_here();
};

void TestProviders::knows_the_vendors_and_the_usual_ports()
{
    QCOMPARE(ca::find_provider("openai")->base, std::string("https://api.openai.com/v1"));
    QCOMPARE(ca::find_provider("anthropic")->base, std::string("https://api.anthropic.com/v1"));
    QCOMPARE(ca::find_provider("ollama")->base, std::string("http://127.0.0.1:11434/v1"));
    QCOMPARE(ca::find_provider("llama.cpp")->base, std::string("http://127.0.0.1:8080/v1"));
    QCOMPARE(ca::find_provider("lm-studio")->base, std::string("http://127.0.0.1:1234/v1"));
    QCOMPARE(ca::find_provider("vllm")->base, std::string("http://127.0.0.1:8000/v1"));
    QVERIFY(ca::find_provider("openai")->needs_key && !ca::find_provider("openai")->is_local);
    QVERIFY(!ca::find_provider("vllm")->needs_key && ca::find_provider("vllm")->is_local);
}

void TestProviders::makes_one_address_of_all_ways_to_write_it_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("base");
    const auto row = [](const char *text, const char *base) { QTest::newRow(text) << QByteArray(text) << QByteArray(base); };
    for (const char *text : {"https://llm.example.org", "https://llm.example.org/", "https://llm.example.org/v1",
                             "https://llm.example.org/v1/", "llm.example.org", "llm.example.org/v1", "HTTPS://LLM.example.org/v1",
                             "https://llm.example.org/v1/chat/completions", "https://llm.example.org/v1/models/"})
        row(text, "https://llm.example.org/v1");
    row("localhost:5000", "http://localhost:5000/v1");
    row("http://[::1]:5000/v1", "http://[::1]:5000/v1");
    row("https://gate.example.org/openai/v2/", "https://gate.example.org/openai/v2");
    row("https://gate.example.org/api/v1beta/chat/completions", "https://gate.example.org/api/v1beta");
}

void TestProviders::makes_one_address_of_all_ways_to_write_it()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, base);
    const auto provider = ca::find_provider(text.toStdString());
    QVERIFY2(provider, provider ? "" : provider.error().sentence.c_str());
    QCOMPARE(provider->base, base.toStdString());
    QCOMPARE(provider->is_local, !base.startsWith("https"));
}

void TestProviders::takes_no_other_providers_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", "chatgpt", "http://llm.example.org/v1", "http://10.0.0.7:11434", "ftp://127.0.0.1/v1",
          "https://me:hunter2@llm.example.org", "https://llm.example.org/v1?key=hunter2", "file:///etc/passwd"})
        QTest::newRow(text) << QByteArray(text);
}

void TestProviders::takes_no_other_providers()
{
    QFETCH(QByteArray, text);
    const auto provider = ca::find_provider(text.toStdString());
    QVERIFY(!provider);
    QCOMPARE(provider.error().code, ca::ErrorCode::usage);
    QVERIFY(provider.error().sentence.find("hunter2") == std::string::npos);
}

void TestProviders::knows_a_preset_by_its_address()
{
    QCOMPARE(*ca::find_provider("127.0.0.1:11434"), known("ollama"));
    QCOMPARE(*ca::find_provider("https://api.openai.com"), known("openai"));
}

void TestProviders::speaks_to_anthropic_as_it_wants()
{
    QCOMPARE(ca::find_provider("https://eu.anthropic.com/v1")->speaks, ca::Provider::Speaks::anthropic);
    QCOMPARE(ca::find_provider("https://anthropic.com.example.org/v1")->speaks, ca::Provider::Speaks::openai);
}

void TestProviders::takes_the_key_of_the_vendors_variable()
{
    qputenv("OPENAI_API_KEY", " sk-1\n");
    qputenv("ANTHROPIC_API_KEY", "sk-ant-2");
    QCOMPARE(ca::key_from_environment(known("openai")), std::string("sk-1"));
    QCOMPARE(ca::key_from_environment(known("anthropic")), std::string("sk-ant-2"));
    // No vendor's key goes to anybody else.
    QCOMPARE(ca::key_from_environment(known("ollama")), std::string());
    QCOMPARE(ca::key_from_environment(*ca::find_provider("https://llm.example.org")), std::string());
    qunsetenv("OPENAI_API_KEY");
    QCOMPARE(ca::key_from_environment(known("openai")), std::string());
}

void TestProviders::reads_all_pages_of_a_list()
{
    TableTransport transport;
    const ca::Endpoint endpoint = ca::endpoint_of(known("anthropic"), "sk-ant-2", "");
    const auto dialect = ca::anthropic_dialect();
    transport.answers[dialect->list_models(endpoint, "").url] = {
        200,
        R"({"data":[{"type":"model","id":"a","display_name":"A","max_input_tokens":200000}],"has_more":true,"last_id":"a"})"};
    transport.answers[dialect->list_models(endpoint, "a").url] = {
        200, R"({"data":[{"type":"model","id":"b","display_name":"B"}],"has_more":false,"last_id":"b"})"};
    const auto models = ca::list_models(transport, *dialect, endpoint, {});
    QVERIFY(models);
    QCOMPARE(models->size(), 2U);
    QCOMPARE(models->at(0), (ca::ListedModel{"a", "A", 200'000}));
    QCOMPARE(models->at(1).id, std::string("b"));
}

void TestProviders::ends_where_pages_go_in_circles()
{
    TableTransport transport;
    const ca::Endpoint endpoint = ca::endpoint_of(known("anthropic"), "sk-ant-2", "");
    const auto dialect = ca::anthropic_dialect();
    for (const char *after : {"", "a", "b"})
        transport.answers[dialect->list_models(endpoint, after).url] = {
            200, std::string(R"({"data":[{"id":"x"}],"has_more":true,"last_id":")") + (*after == 'a' ? "b" : "a") + "\"}"};
    QVERIFY(ca::list_models(transport, *dialect, endpoint, {}));
    QVERIFY(transport.requests.size() <= 20);
}

void TestProviders::checks_a_key_by_the_list_of_models()
{
    TableTransport transport;
    transport.answers["https://api.openai.com/v1/models"] = {
        401,
        R"({"error":{"message":"Incorrect API key provided: my-secret","type":"invalid_request_error","code":"invalid_api_key"}})"};
    const auto refused = ca::check_key(transport, known("openai"), " my-secret\n", {});
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ca::FailureKind::key);
    QVERIFY(refused.error().sentence.find("my-secret") == std::string::npos);
    QCOMPARE(transport.requests.at(0).method, std::string("GET"));
    transport.answers["https://api.openai.com/v1/models"] = {200, R"({"object":"list","data":[{"id":"gpt-5"}]})"};
    QVERIFY(ca::check_key(transport, known("openai"), "my-secret", {}));
}

void TestProviders::asks_nobody_without_a_key_that_is_needed()
{
    TableTransport transport;
    const auto checked = ca::check_key(transport, known("openai"), " ", {});
    QVERIFY(!checked);
    QCOMPARE(checked.error().kind, ca::FailureKind::key);
    QVERIFY(checked.error().sentence.find("OPENAI_API_KEY") != std::string::npos);
    QVERIFY(transport.requests.empty());
}

void TestProviders::finds_the_servers_that_run_here()
{
    TableTransport transport;
    transport.answers["http://127.0.0.1:11434/v1/models"] = {200, R"({"object":"list","data":[{"id":"qwen3:8b"}]})"};
    transport.answers["http://127.0.0.1:8080/v1/models"] = {200, "<html>It works!</html>"}; // another program's port
    transport.answers["http://127.0.0.1:8000/v1/models"] = {404, "{}"};
    const auto found = ca::find_local_servers(transport, ca::known_providers(), {});
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].provider.id, std::string("ollama"));
    QCOMPARE(found[0].models.at(0).id, std::string("qwen3:8b"));
    for (std::size_t i = 0; i < transport.requests.size(); ++i) {
        QVERIFY(transport.requests[i].url.starts_with("http://127.0.0.1:"));
        QVERIFY(transport.limits[i].total <= 1);
    }
}

QTEST_APPLESS_MAIN(TestProviders)
#include "test_providers.moc"
