// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/qt_transport.h"
#include "tests/support/mock_llm_server.h"
#include "tests/support/self_signed_server.h"

#include <QtTest>

#include <thread>

using ca::FailureKind;

namespace {

struct Carried {
    ca::ChatResult<ca::HttpHead> head;
    std::string body;
};

ca::HttpRequest post(const std::string &url)
{
    return {"POST", url, {{"authorization", "Bearer sk-1"}, {"content-type", "application/json"}}, R"({"a":1})"};
}

Carried carry(const ca::HttpRequest &request, const ca::HttpLimits &limits = {}, const std::stop_token &stop = {})
{
    ca::QtTransport transport;
    std::string body;
    auto head = transport.send(
        request, limits, [](const ca::HttpHead &) { return true; },
        [&](std::string_view bytes) {
            body += bytes;
            return true;
        },
        stop);
    return {std::move(head), std::move(body)};
}

bool says(const Carried &carried, const char *words)
{
    return carried.head.error().sentence.find(words) != std::string::npos;
}

} // namespace

class TestQtTransport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sends_what_was_asked_byte_for_byte();
    void follows_no_redirect_data();
    void follows_no_redirect();
    void sends_nothing_by_plain_http_to_other_machines_data();
    void sends_nothing_by_plain_http_to_other_machines();
    void sends_no_header_with_a_line_break();
    void trusts_no_certificate_that_nobody_vouches_for();
    void carries_a_request_over_tls();
    void says_that_nothing_answers();
    void says_that_a_host_is_not_known();
    void asks_the_systems_proxy_to_connect_and_tells_it_nothing();
    void uses_no_proxy_for_this_machine();
    void ends_well_where_enough_was_heard();
    void reads_no_further_than_is_taken();
    void waits_longer_for_a_body_to_begin_than_for_it_to_go_on();
    void gives_up_an_answer_without_an_end();
    void stops_a_connection_that_is_silent();
    void serves_threads_without_an_event_loop();
};

void TestQtTransport::sends_what_was_asked_byte_for_byte()
{
    MockLlmServer server({sends(http_answer(200, "Yes."))});
    const Carried carried = carry(post(server.origin() + "/v1/chat/completions?x=1%202"));
    QVERIFY(carried.head);
    QCOMPARE(carried.head->status, 200);
    QCOMPARE(carried.body, std::string("Yes."));
    QCOMPARE(server.requests().at(0),
             "POST /v1/chat/completions?x=1%202 HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(server.port())
                 + "\r\nuser-agent: compression-agent/" CA_VERSION
                   "\r\naccept-encoding: identity\r\nconnection: close\r\nauthorization: Bearer sk-1\r\n"
                   "content-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
}

void TestQtTransport::follows_no_redirect_data()
{
    QTest::addColumn<int>("status");
    for (const int status : {301, 302, 303, 307, 308})
        QTest::addRow("%d", status) << status;
}

void TestQtTransport::follows_no_redirect()
{
    QFETCH(int, status);
    MockLlmServer elsewhere({sends(http_answer(200, "Got it."))});
    MockLlmServer server({sends(http_answer(status, "", "location: " + elsewhere.origin() + "/v1\r\nset-cookie: a=b\r\n"))});
    const Carried carried = carry(post(server.origin() + "/v1"));
    QVERIFY(carried.head);
    QCOMPARE(carried.head->status, status);
    QCOMPARE(*ca::header(*carried.head, "location"), elsewhere.origin() + "/v1");
    QVERIFY(elsewhere.requests().empty());
}

void TestQtTransport::sends_nothing_by_plain_http_to_other_machines_data()
{
    QTest::addColumn<QByteArray>("url");
    for (const char *url : {"http://api.openai.com/v1", "http://10.0.0.1/v1", "http://[fe80::1]/v1",
                            "http://localhost.example.org/v1", "http://127.0.0.1.example.org/v1", "ftp://127.0.0.1/v1",
                            "https://name:hunter2@api.openai.com/v1", "https:///v1", "api.openai.com", "", "https://a b/"})
        QTest::newRow(url) << QByteArray(url);
}

void TestQtTransport::sends_nothing_by_plain_http_to_other_machines()
{
    QFETCH(QByteArray, url);
    const Carried carried = carry(post(url.toStdString()));
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::bad_request);
    QCOMPARE(carried.head.error().should_retry, std::optional<bool>(false));
    QVERIFY(!says(carried, "hunter2"));
}

void TestQtTransport::sends_no_header_with_a_line_break()
{
    MockLlmServer server({sends(http_answer(200, ""))});
    ca::HttpRequest request = post(server.origin() + "/v1");
    request.headers[0].second = "Bearer sk-1\r\nx-evil: 1";
    const Carried carried = carry(request);
    QVERIFY(!carried.head);
    QVERIFY(!says(carried, "sk-1"));
    QVERIFY(server.requests().empty());
}

void TestQtTransport::trusts_no_certificate_that_nobody_vouches_for()
{
    const ca::QtTransport keeps_the_application;
    const SelfSignedServer server;
    const Carried carried = carry(post(server.origin() + "/v1"));
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::connection);
    QCOMPARE(carried.head.error().should_retry, std::optional<bool>(false));
    QVERIFY2(says(carried, "identity of 127.0.0.1"), carried.head.error().sentence.c_str());
    QCOMPARE(server.heard(), 0);
}

void TestQtTransport::carries_a_request_over_tls() // where somebody vouches for the certificate
{
    const ca::QtTransport keeps_the_application;
    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
    QSslConfiguration trusting = before;
    trusting.addCaCertificate(QSslCertificate(kSelfSignedCertificate));
    const SelfSignedServer server;
    QSslConfiguration::setDefaultConfiguration(trusting);
    const Carried carried = carry(post(server.origin() + "/v1"));
    QSslConfiguration::setDefaultConfiguration(before);
    QVERIFY2(carried.head, carried.head ? "" : carried.head.error().sentence.c_str());
    QCOMPARE(carried.body, std::string("Yes."));
    QVERIFY(server.heard() > 0);
}

void TestQtTransport::says_that_nothing_answers()
{
    std::string origin;
    {
        const MockLlmServer gone({});
        origin = gone.origin();
    }
    const Carried carried = carry(post(origin + "/v1"));
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::connection);
    QVERIFY(says(carried, "Nothing answers at 127.0.0.1"));
}

void TestQtTransport::says_that_a_host_is_not_known()
{
    const Carried carried = carry(post("https://nobody.invalid/v1")); // RFC 2606: there is none, ever
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::connection);
    QVERIFY(says(carried, "nobody.invalid"));
}

void TestQtTransport::asks_the_systems_proxy_to_connect_and_tells_it_nothing()
{
    MockLlmServer proxy({sends("HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n")});
    qputenv("https_proxy", QByteArray::fromStdString(proxy.origin()));
    const Carried carried = carry(post("https://api.example.org/v1/secret-path"));
    qunsetenv("https_proxy");
    QVERIFY(!carried.head);
    if (proxy.requests().empty())
        QSKIP("Qt takes this system's proxies from elsewhere than the environment.");
    QVERIFY(proxy.requests()[0].starts_with("CONNECT api.example.org:443 "));
    QVERIFY(proxy.requests()[0].find("sk-1") == std::string::npos);
    QVERIFY(proxy.requests()[0].find("secret-path") == std::string::npos);
}

void TestQtTransport::uses_no_proxy_for_this_machine()
{
    MockLlmServer proxy({}), server({sends(http_answer(200, "Yes."))});
    qputenv("http_proxy", QByteArray::fromStdString(proxy.origin()));
    const Carried carried = carry(post(server.origin() + "/v1"));
    qunsetenv("http_proxy");
    QVERIFY(carried.head);
    QVERIFY(proxy.requests().empty());
}

void TestQtTransport::ends_well_where_enough_was_heard()
{
    MockLlmServer server({stalls_after(event_stream("first")), stalls_after(event_stream("second"))});
    ca::QtTransport transport;
    const auto yes = [](const ca::HttpHead &) { return true; };
    QVERIFY(transport.send(post(server.origin()), {}, yes, [](std::string_view) { return false; }, {}));
    QVERIFY(transport.send(
        post(server.origin()), {}, [](const ca::HttpHead &) { return false; }, [](std::string_view) { return true; }, {}));
}

void TestQtTransport::reads_no_further_than_is_taken()
{
    constexpr std::size_t kBody = 200 << 20, kMostWaiting = 64 << 20; // the buffers of the system on both sides, and Qt's
    MockLlmServer server({sends(event_stream(std::string(kBody, 'x')))});
    ca::HttpLimits limits;
    limits.bytes = kBody;
    std::size_t sent = 0;
    ca::QtTransport transport;
    QVERIFY(transport.send(
        post(server.origin()), limits, [](const ca::HttpHead &) { return true; },
        [&](std::string_view) {
            for (std::size_t before = 1; before != sent;) { // until the server gets rid of no more
                before = server.sent();
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
                sent = server.sent();
            }
            return false;
        },
        {}));
    QVERIFY2(sent < kMostWaiting, std::to_string(sent).c_str());
}

void TestQtTransport::waits_longer_for_a_body_to_begin_than_for_it_to_go_on() // llama.cpp sends its head before it has read the
                                                                              // prompt
{
    MockLlmServer server(
        {{{MockAct::Kind::send, event_stream("")}, {MockAct::Kind::pause, {}, 300}, {MockAct::Kind::send, "Yes."}}});
    ca::HttpLimits limits;
    limits.idle = 0.1;
    const Carried carried = carry(post(server.origin()), limits);
    QVERIFY(carried.head);
    QCOMPARE(carried.body, std::string("Yes."));
}

void TestQtTransport::gives_up_an_answer_without_an_end()
{
    MockScript script = sends(event_stream(""));
    for (int i = 0; i < 10'000; ++i)
        script.push_back({MockAct::Kind::dribble, ":", 20});
    MockLlmServer server({script});
    ca::HttpLimits limits;
    limits.total = 0.3;
    const Carried carried = carry(post(server.origin()), limits);
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::connection);
    QVERIFY(says(carried, "0.3 seconds"));
    QVERIFY(!carried.body.empty());
}

void TestQtTransport::stops_a_connection_that_is_silent()
{
    MockLlmServer server({stalls_after("")});
    ca::HttpLimits limits;
    limits.first_byte = limits.total = 3600;
    std::stop_source stop;
    const std::jthread person([&] {
        while (server.requests().empty())
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        stop.request_stop();
    });
    const Carried carried = carry(post(server.origin()), limits, stop.get_token());
    QVERIFY(!carried.head);
    QCOMPARE(carried.head.error().kind, FailureKind::cancelled);
}

void TestQtTransport::serves_threads_without_an_event_loop()
{
    constexpr std::size_t kThreads = 4;
    const ca::QtTransport keeps_the_application;
    std::array<std::string, kThreads> bodies;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < kThreads; ++i)
            threads.emplace_back([&bodies, i] {
                MockLlmServer server({sends(http_answer(200, std::to_string(i)))});
                bodies[i] = carry(post(server.origin())).body;
            });
    }
    for (std::size_t i = 0; i < kThreads; ++i)
        QCOMPARE(bodies[i], std::to_string(i));
}

QTEST_APPLESS_MAIN(TestQtTransport)
#include "test_qt_transport.moc"
