// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

using ca::FailureKind;

namespace {

std::string names(const Outcome &outcome, const std::string &words)
{
    return outcome.turn.error().sentence.find(words) != std::string::npos ? std::string()
                                                                          : "its sentence is: " + outcome.turn.error().sentence;
}

/// Three times the same refusal, and what is expected of it.
Scenario refused(const char *name, Speaks speaks, int status, const std::string &body, const Expected &expected,
                 const std::string &headers = {})
{
    return {name, speaks, std::vector<MockScript>(3, sends(http_answer(status, body, headers))), expected};
}

// The law of section 1.8: half a second, doubled; two seconds, doubled, where the server is overloaded.
const std::vector<double> kBusy{0.5, 1}, kOverloaded{2, 4};

std::vector<Scenario> of_openai()
{
    using openai::error;
    const auto s = Speaks::openai;
    return {
        refused("400", s, 400, error("invalid_request_error", "messages is not a list"),
                fails(FailureKind::bad_request).and_also([](const Outcome &o) { return names(o, "messages is not a list"); })),
        refused("401", s, 401,
                error("invalid_request_error", std::string("Incorrect API key provided: ") + kSecret, "invalid_api_key"),
                fails(FailureKind::key)),
        refused("401 that wants a password", s, 401, "", fails(FailureKind::key), "www-authenticate: Basic realm=\"x\"\r\n"),
        refused("a redirect to another host", s, 307, "",
                fails(FailureKind::not_found).and_also([](const Outcome &o) { return names(o, "on to elsewhere.example"); }),
                "location: https://elsewhere.example/v1\r\n"),
        refused("a redirect to nowhere", s, 302, "", fails(FailureKind::not_found)),
        refused("402", s, 402, error("billing_error", "Pay first."), fails(FailureKind::billing)),
        refused("403", s, 403, error("permission_error", "Not yours."), fails(FailureKind::permission)),
        refused("404, no such model", s, 404, error("invalid_request_error", "The model m-1 does not exist", "model_not_found"),
                fails(FailureKind::not_found)),
        refused("429 without quota", s, 429, error("insufficient_quota", "You exceeded your current quota", "insufficient_quota"),
                fails(FailureKind::billing)),
        refused("429 without quota, with a wish", s, 429,
                error("insufficient_quota", "You exceeded your current quota", "insufficient_quota"), fails(FailureKind::billing),
                "retry-after: 1\r\n"),
        refused("429", s, 429, error("requests", "Slow down", "rate_limit_exceeded"),
                fails(FailureKind::rate).after_pauses(kBusy)),
        refused("408", s, 408, error("timeout", "Timed out"), fails(FailureKind::busy).after_pauses(kBusy)),
        refused("409", s, 409, error("conflict", "Locked"), fails(FailureKind::busy).after_pauses(kBusy)),
        refused("500", s, 500, error("server_error", "It broke"), fails(FailureKind::server).after_pauses(kBusy)),
        refused("502 of a gateway", s, 502, "<html><head><title>502 Bad Gateway</title></head></html>",
                fails(FailureKind::server).after_pauses(kBusy).and_also([](const Outcome &o) {
                    return names(o, "502 Bad Gateway");
                })),
        refused("503", s, 503, error("server_error", "Overloaded", "server_is_overloaded"),
                fails(FailureKind::overloaded).after_pauses(kOverloaded)),
        refused("503 of llama.cpp while it loads", s, 503,
                R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
                fails(FailureKind::overloaded).after_pauses(kOverloaded)),
        refused("504", s, 504, "", fails(FailureKind::busy).after_pauses(kBusy)),
        refused("413", s, 413, error("invalid_request_error", "Too large"), fails(FailureKind::too_large)),
        refused("context", s, 400,
                error("invalid_request_error", "This model's maximum context length is 8192 tokens.", "context_length_exceeded",
                      "messages"),
                fails(FailureKind::context_full).and_also([](const Outcome &o) {
                    return o.turn.error().context == 8192 ? std::string() : "its length is not known";
                })),
        refused(
            "context of llama.cpp", s, 400,
            R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":13392,"n_ctx":8192}})",
            fails(FailureKind::context_full).and_also([](const Outcome &o) {
                return o.turn.error().context == 8192 ? std::string() : "its length is not known";
            })),
        refused(
            "context of Ollama", s, 400,
            R"({"error":{"message":"the input length exceeds the context length","type":"invalid_request_error","param":null,"code":null}})",
            fails(FailureKind::context_full)),
        refused("Ollama's own form", s, 404, R"({"error":"model 'm-1' not found, try pulling it first"})",
                fails(FailureKind::not_found).and_also([](const Outcome &o) { return names(o, "try pulling it first"); })),
        refused("a gateway's form", s, 403, R"({"detail":"Not authenticated"})",
                fails(FailureKind::permission).and_also([](const Outcome &o) { return names(o, "Not authenticated"); })),
        refused("a body that is empty", s, 418, "", fails(FailureKind::bad_request)),
        refused("a body that is no text", s, 400, std::string("\0\x01\xFF\x1b[31m", 8),
                fails(FailureKind::bad_request).and_also([](const Outcome &o) {
                    return o.turn.error().sentence.find('\x1b') == std::string::npos ? std::string()
                                                                                     : "it holds control characters";
                })),
        refused("a body of a million bytes", s, 400, std::string(1'000'000, 'x'),
                fails(FailureKind::bad_request).and_also([](const Outcome &o) {
                    return o.turn.error().sentence.size() < 600 ? std::string() : "its sentence is long";
                })),
        refused("a server that says not to retry", s, 500, error("server_error", "It broke"), fails(FailureKind::server),
                "x-should-retry: false\r\n"),
        {"an error, then an answer",
         s,
         {sends(http_answer(500, "")), streams(openai::answer("Yes."))},
         says("Yes.").after_pauses({0.5})},
        {"a parameter that is not taken, once",
         s,
         {sends(http_answer(
              400, error("invalid_request_error", "Unsupported parameter", "unsupported_parameter", "parallel_tool_calls"))),
          streams(openai::answer("Yes."))},
         says("Yes.").after_requests(2).and_also([](const Outcome &o) {
             return o.requests[0].find("parallel_tool_calls") != std::string::npos
                     && o.requests[1].find("parallel_tool_calls") == std::string::npos
                 ? std::string()
                 : "it was not dropped";
         })},
        refused("a parameter that is not taken, and again", s, 400,
                error("invalid_request_error", "Unsupported parameter", "unsupported_parameter", "parallel_tool_calls"),
                fails(FailureKind::bad_request).after_requests(2)),
        {"two parameters that are not taken",
         s,
         {sends(http_answer(400, error("invalid_request_error", "Unknown parameter", "unknown_parameter", "stream_options"))),
          sends(http_answer(422, R"({"detail":[{"loc":["body","parallel_tool_calls"],"msg":"extra fields not permitted"}]})")),
          streams(openai::answer("Yes."))},
         says("Yes.").after_requests(3)},
        {"a limit under its other name",
         s,
         {sends(http_answer(400,
                            error("invalid_request_error",
                                  "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
                                  "unsupported_parameter", "max_tokens"))),
          streams(openai::answer("Yes."))},
         says("Yes.").after_requests(2).and_also([](const Outcome &o) {
             return o.requests[1].find("\"max_completion_tokens\":4096") != std::string::npos ? std::string()
                                                                                              : "the other name is not used";
         })},
        refused("a parameter that cannot be left out", s, 400, error("invalid_request_error", "Wrong", "x", "messages"),
                fails(FailureKind::bad_request)),
    };
}

std::vector<Scenario> of_anthropic()
{
    using anthropic::error;
    const auto s = Speaks::anthropic;
    return {
        refused("400", s, 400, error("invalid_request_error", "messages: at least one"),
                fails(FailureKind::bad_request).and_also([](const Outcome &o) { return names(o, "at least one"); })),
        refused("400 at a spending limit", s, 400,
                error("invalid_request_error", "You have reached your specified API usage limits."), fails(FailureKind::billing)),
        refused("401", s, 401, error("authentication_error", "invalid x-api-key"), fails(FailureKind::key)),
        refused("402", s, 402, error("billing_error", "Pay first."), fails(FailureKind::billing)),
        refused("403", s, 403, error("permission_error", "Not yours."), fails(FailureKind::permission)),
        refused("404", s, 404, error("not_found_error", "model: m-1"), fails(FailureKind::not_found)),
        refused("413", s, 413, error("request_too_large", "Too large"), fails(FailureKind::too_large)),
        refused("409", s, 409, error("conflict_error", "Locked"), fails(FailureKind::busy).after_pauses(kBusy)),
        refused("504", s, 504, error("timeout_error", "Timed out"), fails(FailureKind::busy).after_pauses(kBusy)),
        refused("429", s, 429, error("rate_limit_error", "Slow down"), fails(FailureKind::rate).after_pauses({7, 7}),
                "retry-after: 7\r\n"),
        refused(
            "429 at an enforced limit", s, 429,
            R"({"type":"error","error":{"type":"rate_limit_error","message":"Limit","details":{"error_code":"enforced_spend_limit_reached"}}})",
            fails(FailureKind::billing)),
        refused("500", s, 500, error("api_error", "It broke"), fails(FailureKind::server).after_pauses(kBusy)),
        refused("529", s, 529, error("overloaded_error", "Overloaded"), fails(FailureKind::overloaded).after_pauses(kOverloaded)),
        refused("a prompt that is too long", s, 400,
                error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
                fails(FailureKind::context_full).and_also([](const Outcome &o) {
                    return o.turn.error().context == 200'000 ? std::string() : "its length is not known";
                })),
        refused("a request with an id", s, 400, error("invalid_request_error", "Wrong"),
                fails(FailureKind::bad_request).and_also([](const Outcome &o) {
                    return o.turn.error().request_id == "req_011" ? std::string() : "its id is lost";
                }),
                "request-id: req_011\r\n"),
        refused("a web page", s, 500, "<html><title>Oh no</title>", fails(FailureKind::server).after_pauses(kBusy)),
        {"an error, then an answer",
         s,
         {sends(http_answer(529, "")), streams(anthropic::answer("Yes."))},
         says("Yes.").after_pauses({2})},
        {"a cache that is not known",
         s,
         {sends(http_answer(400, error("invalid_request_error", "system.0.cache_control: Extra inputs are not permitted"))),
          streams(anthropic::answer("Yes."))},
         says("Yes.").after_requests(2)},
    };
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all = joined(of_openai(), of_anthropic());
    return all;
}

} // namespace

class TestLlmScenariosErrors final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tells_what_went_wrong_and_retries_by_the_law_data() { add_rows(scenarios()); }
    void tells_what_went_wrong_and_retries_by_the_law();
};

void TestLlmScenariosErrors::tells_what_went_wrong_and_retries_by_the_law()
{
    QFETCH(int, row);
    const std::string wrong = objection_to_run(scenarios()[static_cast<std::size_t>(row)]);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

QTEST_APPLESS_MAIN(TestLlmScenariosErrors)
#include "test_llm_scenarios_errors.moc"
