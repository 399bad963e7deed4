// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"
#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/failure_headers.h"
#include "core/agent/provider/retry.h"

#include <QtTest>

using namespace std::string_literals;
using ca::FailureKind;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(784'111'777)}; // Sun, 06 Nov 1994 08:49:37 GMT

ca::ChatFailure failure(int status, const std::string &body, Headers headers = {})
{
    return ca::failure_of_answer({status, std::move(headers)}, body, kNow);
}

std::string openai(const std::string &text, const std::string &type, const std::string &code,
                   const std::string &parameter = "null")
{
    return R"({"error":{"message":")" + text + R"(","type":")" + type + R"(","param":)" + parameter + R"(,"code":)" + code + "}}";
}

std::string anthropic(const std::string &text, const std::string &type)
{
    return R"({"type":"error","error":{"type":")" + type + R"(","message":")" + text + R"("},"request_id":"req_011"})";
}

} // namespace

class TestFailures final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_what_went_wrong_data();
    void knows_what_went_wrong();
    void both_dialects_say_the_same();
    void names_the_parameter_that_is_refused_data();
    void names_the_parameter_that_is_refused();
    void says_how_long_the_context_is_data();
    void says_how_long_the_context_is();
    void reads_how_long_to_wait_data();
    void reads_how_long_to_wait();
    void a_date_counts_from_now_where_the_server_has_no_clock();
    void says_whether_the_server_wants_it_again();
    void keeps_the_name_of_the_request();
    void quotes_nothing_private_data();
    void quotes_nothing_private();
    void takes_the_key_out_wherever_it_stands();
    void shortens_long_texts();
    void shows_nothing_that_is_not_seen();
    void every_body_gives_a_sentence();
};

void TestFailures::knows_what_went_wrong_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<QByteArray>("quoted");
    QTest::addColumn<bool>("again");
    const auto add = [](const char *name, int status, const std::string &body, FailureKind kind, const char *quoted, bool again) {
        QTest::newRow(name) << status << QByteArray::fromStdString(body) << kind << QByteArray(quoted) << again;
    };
    const std::string invalid = "invalid_request_error";
    // The table of errors in the reference on wire formats, row by row.
    add("bad request, OpenAI", 400, openai("Bad value", invalid, "null"), FailureKind::bad_request, "Bad value", false);
    add("bad request, Anthropic", 400, anthropic("max_tokens: required", invalid), FailureKind::bad_request,
        "max_tokens: required", false);
    add("spend limit, Anthropic", 400, anthropic("You have reached your specified API usage limits.", invalid),
        FailureKind::billing, "usage limits", false);
    add("no credit, Anthropic", 400, anthropic("Your credit balance is too low to access the Anthropic API.", invalid),
        FailureKind::billing, "credit balance", false);
    add("key, OpenAI", 401, openai("Incorrect API key provided", invalid, R"("invalid_api_key")"), FailureKind::key,
        "Incorrect API key", false);
    add("key, Anthropic", 401, anthropic("invalid x-api-key", "authentication_error"), FailureKind::key, "invalid x-api-key",
        false);
    add("key, Gemini", 400,
        R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"X"}}])", FailureKind::key,
        "API key not valid", false);
    add("quota, OpenAI", 429, openai("You exceeded your current quota", "insufficient_quota", R"("insufficient_quota")"),
        FailureKind::billing, "current quota", false);
    add("quota, in words", 429, openai("You exceeded your current quota", "requests", "null"), FailureKind::billing,
        "current quota", false);
    add("billing, Anthropic", 402, anthropic("Pay", "billing_error"), FailureKind::billing, "Pay", false);
    add("spend limit, Anthropic, 429", 429,
        R"({"type":"error","error":{"type":"rate_limit_error","message":"Limit","details":{"error_code":"enforced_spend_limit_reached"}}})",
        FailureKind::billing, "Limit", false);
    add("permission, OpenAI", 403, openai("Country not supported", "request_forbidden", "null"), FailureKind::permission,
        "Country", false);
    add("permission, Anthropic", 403, anthropic("Not yours", "permission_error"), FailureKind::permission, "Not yours", false);
    add("model, OpenAI", 404, openai("The model `x` does not exist", invalid, R"("model_not_found")"), FailureKind::not_found,
        "does not exist", false);
    add("model, Anthropic", 404, anthropic("model: x", "not_found_error"), FailureKind::not_found, "model: x", false);
    add("model, Ollama", 404, R"({"error":"model 'x' not found, try pulling it first"})", FailureKind::not_found,
        "try pulling it", false);
    add("address", 404, "404 page not found", FailureKind::not_found, "404 page not found", false);
    add("method", 405, "", FailureKind::not_found, "", false);
    add("moved", 302, "<html><title>Found</title></html>", FailureKind::not_found, "Found", false);
    add("too large, Anthropic", 413, anthropic("Request exceeds the maximum size", "request_too_large"), FailureKind::too_large,
        "maximum size", false);
    add("too large, nginx", 413, "<html><head><title>413 Request Entity Too Large</title>", FailureKind::too_large,
        "413 Request Entity Too Large", false);
    add("timeout", 408, "", FailureKind::busy, "", true);
    add("lock", 409, anthropic("Conflict", "conflict_error"), FailureKind::busy, "Conflict", true);
    add("timeout, Anthropic", 504, anthropic("Timeout", "timeout_error"), FailureKind::busy, "Timeout", true);
    add("rate, OpenAI", 429, openai("Rate limit reached", "tokens", R"("rate_limit_exceeded")"), FailureKind::rate, "Rate limit",
        true);
    add("rate, Anthropic", 429, anthropic("Too fast", "rate_limit_error"), FailureKind::rate, "Too fast", true);
    add("rate, alone", 429, "", FailureKind::rate, "", true);
    add("server, OpenAI", 500, openai("The server had an error", "server_error", "null"), FailureKind::server, "had an error",
        true);
    add("server, Anthropic", 500, anthropic("Internal server error", "api_error"), FailureKind::server, "Internal", true);
    add("server, gateway", 502, "<HTML><HEAD><TITLE>502 Bad Gateway</TITLE></HEAD>", FailureKind::server, "502 Bad Gateway",
        true);
    add("overloaded, OpenAI", 503, openai("Overloaded", "service_unavailable", R"("server_is_overloaded")"),
        FailureKind::overloaded, "Overloaded", true);
    add("overloaded, Anthropic", 529, anthropic("Overloaded", "overloaded_error"), FailureKind::overloaded, "Overloaded", true);
    add("loading, llama.cpp", 503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
        FailureKind::overloaded, "Loading model", true);
    add("context, OpenAI", 400, openai("This is too much", invalid, R"("context_length_exceeded")"), FailureKind::context_full,
        "too much", false);
    add("context, Anthropic", 400, anthropic("prompt is too long: 210000 tokens > 200000 maximum", invalid),
        FailureKind::context_full, "prompt is too long", false);
    add("context, llama.cpp", 400,
        R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":13392,"n_ctx":8192}})",
        FailureKind::context_full, "context size", false);
    add("context, Ollama", 400, R"({"error":"the input length exceeds the context length"})", FailureKind::context_full,
        "context length", false);
    // Shapes.
    add("a gateway's detail", 500, R"({"detail":"Upstream gone"})", FailureKind::server, "Upstream gone", true);
    add("a list of details", 422, R"({"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs"}]})",
        FailureKind::bad_request, "Extra inputs", false);
    add("a flat message", 400, R"({"message":"Not so","code":"bad"})", FailureKind::bad_request, "Not so", false);
    add("a line of Ollama's stream", 500, "{\"error\":\"llama runner gone\"}\n{\"done\":true}\n", FailureKind::server,
        "runner gone", true);
    add("nothing", 500, "", FailureKind::server, "", true);
    add("a text", 400, "Nope", FailureKind::bad_request, "Nope", false);
    add("JSON without a message", 400, R"({"error":{"code":3}})", FailureKind::bad_request, "", false);
    add("a number", 400, "17", FailureKind::bad_request, "17", false);
    add("bytes", 500, "\xFF\xFE\x01\x02", FailureKind::server, "", true);
    add("nested too deeply", 500, std::string(10'000, '['), FailureKind::server, "[[[", true);
    add("teapot", 418, "", FailureKind::bad_request, "", false);
    add("no status at all", 0, "", FailureKind::server, "", true);
}

void TestFailures::knows_what_went_wrong()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(FailureKind, kind);
    QFETCH(QByteArray, quoted);
    QFETCH(bool, again);
    const ca::ChatFailure given = failure(status, body.toStdString());
    const QByteArray sentence = QByteArray::fromStdString(given.sentence);
    QCOMPARE(given.kind, kind);
    QCOMPARE(given.http_status, status);
    QVERIFY2(sentence.contains(quoted), sentence);
    QVERIFY2(sentence.endsWith('.') && sentence.size() > 20, sentence);
    QCOMPARE(ca::retry_delay(given, 0, 0).has_value(), again);
}

void TestFailures::both_dialects_say_the_same()
{
    const ca::HttpHead head{429, {{"retry-after", "7"}}};
    const std::string body = anthropic("Too fast", "rate_limit_error");
    for (const auto &dialect : {ca::openai_dialect(), ca::anthropic_dialect()}) {
        QCOMPARE(dialect->failure(head, body).kind, FailureKind::rate);
        QCOMPARE(dialect->failure(head, body).retry_after, std::optional<double>(7));
    }
    QCOMPARE(ca::openai_dialect()->longest_wait(), 120.0);
    QCOMPARE(ca::anthropic_dialect()->longest_wait(), 60.0);
}

void TestFailures::names_the_parameter_that_is_refused_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("parameter");
    const auto add = [](const char *name, const std::string &body, const char *parameter) {
        QTest::newRow(name) << QByteArray::fromStdString(body) << QByteArray(parameter);
    };
    const std::string invalid = "invalid_request_error";
    add("named", openai("Unsupported parameter", invalid, R"("unsupported_parameter")", R"("max_tokens")"), "max_tokens");
    add("a part of it", openai("Unknown parameter", invalid, "null", R"("stream_options.include_usage")"), "stream_options");
    add("strict", openai("Unknown parameter", invalid, "null", R"("tools[0].function.strict")"), "strict");
    add("a schema that is too free to be strict",
        openai("Invalid schema for function 'finish': 'required' is required", invalid, R"("invalid_function_parameters")",
               R"("tools[0].function.parameters")"),
        "strict");
    add("one that a request needs", openai("Bad", invalid, "null", R"("messages[2].content")"), "messages");
    add("in words",
        openai("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.", invalid, "null"),
        "max_tokens");
    add("in words, with more letters", openai("max_tokens_to_sample and 'parallel_tool_calls' are unknown", invalid, "null"),
        "parallel_tool_calls");
    add("old words", openai("Unrecognized request argument supplied: parallel_tool_calls", invalid, "null"),
        "parallel_tool_calls");
    add("Anthropic", anthropic("tools.1.cache_control: Extra inputs are not permitted", invalid), "cache_control");
    add("FastAPI",
        R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]})",
        "stream_options");
    add("none", openai("Bad", invalid, "null"), "");
    add("one that is no name", openai("Bad", invalid, "null", "[17]"), "");
}

void TestFailures::names_the_parameter_that_is_refused()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, parameter);
    QCOMPARE(QByteArray::fromStdString(failure(400, body.toStdString()).parameter), parameter);
    QCOMPARE(failure(500, body.toStdString()).parameter, ""s); // then it is not the request's fault
}

void TestFailures::says_how_long_the_context_is_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("tokens");
    const auto add = [](const char *name, const char *text, qint64 tokens) { QTest::newRow(name) << QByteArray(text) << tokens; };
    add("OpenAI", "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.", 8192);
    add("Anthropic", "prompt is too long: 210000 tokens > 200000 maximum", 200000);
    add("Anthropic, with the answer",
        "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000, decrease input length", 200000);
    add("llama.cpp", "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it", 8192);
    add("LM Studio", "Trying to keep the first 5000 tokens, but the model is loaded with context length of only 4096 tokens.",
        4096);
    add("Ollama", "the input length exceeds the context length", -1);
    add("no number", "maximum context length is unknown", -1);
    add("a number over all bounds", "maximum context length is 99999999999999999999999 tokens", -1);
}

void TestFailures::says_how_long_the_context_is()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, tokens);
    const ca::ChatFailure given =
        failure(400, openai(text.toStdString(), "invalid_request_error", R"("context_length_exceeded")"));
    QCOMPARE(given.context.value_or(-1), tokens);
    const std::string field = R"({"error":{"type":"exceed_context_size_error","n_ctx":8192,"message":"no"}})";
    QCOMPARE(failure(400, field).context, std::optional<std::int64_t>(8192));
}

void TestFailures::reads_how_long_to_wait_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<double>("seconds"); // below 0: nothing
    const auto add = [](const char *row, const char *name, const char *value, double seconds) {
        QTest::newRow(row) << QByteArray(name) << QByteArray(value) << seconds;
    };
    add("milliseconds", "retry-after-ms", "200", 0.2);
    add("seconds", "retry-after", "3600", 3600);
    add("parts of a second", "retry-after", " 0.2 ", 0.2);
    add("a date", "retry-after", "Sun, 06 Nov 1994 08:50:07 GMT", 30);
    add("a date in a leap year", "retry-after", "Thu, 29 Feb 1996 00:00:00 GMT", 41'440'223); // 479 days and 54,623 s
    add("a date that passed", "retry-after", "Sun, 06 Nov 1994 08:49:00 GMT", -1);
    add("a date that is none", "retry-after", "Sun, 31 Nov 1994 08:50:07 GMT", -1);
    add("a date of another form", "retry-after", "Sunday, 06-Nov-94 08:50:07 GMT", -1);
    add("an hour that is none", "retry-after", "Sun, 06 Nov 1994 24:50:07 GMT", -1);
    add("signs in a date", "retry-after", "Sun, -6 Nov 1994 08:50:07 GMT", -1);
    add("nothing", "retry-after", "", -1);
    add("zero", "retry-after", "0", -1);
    add("below zero", "retry-after", "-5", -1);
    add("garbage", "retry-after", "soon", -1);
    add("a number and more", "retry-after", "5 seconds", -1);
    add("infinite", "retry-after", "inf", -1);
    add("no number", "retry-after", "nan", -1);
    add("another header", "retry-before", "5", -1);
}

void TestFailures::reads_how_long_to_wait()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(double, seconds);
    const auto given = failure(429, "", {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {name.toStdString(), value.toStdString()}});
    QCOMPARE(given.retry_after.value_or(-1), seconds);
}

void TestFailures::a_date_counts_from_now_where_the_server_has_no_clock()
{
    const Headers then{{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}};
    QCOMPARE(ca::retry_after({429, then}, kNow), std::optional<double>(30));
    QCOMPARE(ca::retry_after({429, {then.front(), {"date", "soon"}}}, kNow), std::optional<double>(30));
    const Headers both{{"retry-after", "20"}, {"retry-after-ms", "500"}};
    QCOMPARE(ca::retry_after({429, both}, kNow), std::optional<double>(0.5));
    const Headers garbage{{"retry-after", "20"}, {"retry-after-ms", "soon"}};
    QCOMPARE(ca::retry_after({429, garbage}, kNow), std::optional<double>(20));
}

void TestFailures::says_whether_the_server_wants_it_again()
{
    QCOMPARE(failure(500, "", {{"x-should-retry", "false"}}).should_retry, std::optional<bool>(false));
    QCOMPARE(failure(500, "", {{"x-should-retry", "true"}}).should_retry, std::optional<bool>(true));
    QCOMPARE(failure(500, "", {{"x-should-retry", "perhaps"}}).should_retry, std::optional<bool>());
    QCOMPARE(failure(500, "").should_retry, std::optional<bool>());
}

void TestFailures::keeps_the_name_of_the_request()
{
    QCOMPARE(failure(500, "", {{"x-request-id", "abc"}}).request_id, "abc"s);
    QCOMPARE(failure(500, "", {{"request-id", "req_1"}, {"x-request-id", "abc"}}).request_id, "req_1"s);
    QCOMPARE(failure(500, anthropic("x", "api_error")).request_id, "req_011"s);
    QCOMPARE(failure(500, "", {{"request-id", "a\nb" + std::string(500, 'x')}}).request_id, "a b" + std::string(61, 'x'));
}

void TestFailures::quotes_nothing_private_data()
{
    QTest::addColumn<QByteArray>("word");
    QTest::addColumn<bool>("is_private");
    for (const char *word : {"sk-abcdef", "sk-ant-api03-x", "sk-proj-Ab_c-9", "gsk_1", "xai-77", "hf_abc", "AIzaSyA",
                             "eyJhbGciOiJI", "0123456789abcdef0123456789abcdef", "org-AbCdEfGhIjKlMnOpQrSt1234",
                             "someone@example.org", "192.168.1.77", "10.0.0.1:443", "fe80::1:2:3"})
        QTest::newRow(word) << QByteArray(word) << true;
    for (const char *word : {"claude-sonnet-4-5-20250929", "gpt-4.1-mini-2025-04-14", "model", "max_completion_tokens", "200000",
                             "meta-llama/Llama-3.1-70B-Instruct", "0.11.6", "12:30", "https://example.org/docs"})
        QTest::newRow(word) << QByteArray(word) << false;
}

void TestFailures::quotes_nothing_private()
{
    QFETCH(QByteArray, word);
    QFETCH(bool, is_private);
    for (const char *around : {"Wrong: %. See there.", "Wrong (%)", "key='%', no", "%", "api_key=%"}) {
        const std::string text = QByteArray(around).replace('%', word).toStdString();
        const QByteArray sentence = QByteArray::fromStdString(failure(400, openai(text, "x", "null")).sentence);
        QVERIFY2(sentence.contains(word) != is_private, sentence);
    }
}

void TestFailures::takes_the_key_out_wherever_it_stands()
{
    ca::ChatFailure given{FailureKind::key, "The key my-own-key is wrong: my-own-key."};
    given.parameter = "x[my-own-key]";
    given.request_id = "my-own-key";
    ca::remove_key(given, "my-own-key");
    QCOMPARE(given.sentence, "The key … is wrong: …."s);
    QCOMPARE(given.parameter, "x[…]"s);
    QCOMPARE(given.request_id, "…"s);
    ca::remove_key(given, ""); // there is none
    QCOMPARE(given.sentence, "The key … is wrong: …."s);
}

void TestFailures::shortens_long_texts()
{
    std::string words;
    for (int i = 0; i < 100'000; ++i)
        words += "word ";
    QVERIFY(QString::fromStdString(failure(400, openai(words, "x", "null")).sentence).size() < 320);
    QVERIFY(QString::fromStdString(failure(400, words).sentence).size() < 320);
    QVERIFY(QString::fromStdString(failure(400, "<title>" + words + "</title>").sentence).size() < 320);
    QVERIFY(QString::fromStdString(failure(400, openai("x", "x", "null", '"' + words + '"')).parameter).size() <= 200);
}

/// A key within which something stands that is not seen is known as one.
void TestFailures::shows_nothing_that_is_not_seen()
{
    const std::string sentence = failure(400, openai(R"(a\u0007b\u202ec\n\nd s\u200bk-12345)", "x", "null")).sentence;
    QVERIFY2(sentence.find("\"a bc d …\"") != std::string::npos || sentence.find("\"abc d …\"") != std::string::npos,
             sentence.c_str());
}

void TestFailures::every_body_gives_a_sentence()
{
    for (const char *json :
         {"null", "[]", "{}", "[[]]", R"({"error":null})", R"({"error":[]})", R"({"error":{}})", R"({"error":true})",
          R"({"error":{"message":{"a":1}}})", R"({"detail":[]})", R"({"detail":{"a":1}})", R"({"detail":[17]})",
          R"({"detail":[{"loc":[]}]})", R"({"error":{"code":1e9,"n_ctx":-1}})", R"("text")", "<", "{", "\xEF\xBB\xBF"})
        for (const int status : {200, 301, 400, 429, 500, 999}) {
            const std::string sentence = failure(status, json).sentence;
            QVERIFY2(sentence.size() > 20 && sentence.ends_with('.'), json);
        }
}

QTEST_APPLESS_MAIN(TestFailures)
#include "test_failures.moc"
