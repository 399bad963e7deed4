// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/llm/qt_transport.h"
#include "core/agent/provider/chat_client.h"
#include "core/agent/provider/providers.h"
#include "tests/support/llm_streams.h"
#include "tests/support/mock_llm_server.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>

enum class Speaks { openai, anthropic };

struct Outcome;
using Calls = std::vector<std::pair<std::string, std::string>>; ///< names and arguments

/// What is expected of a question to a server that follows a script: an answer where `end` says how it ended, else a failure.
struct Expected {
    std::optional<ca::TurnEnd> end{};
    std::string text{};
    Calls calls{};
    std::optional<ca::FailureKind> failure{};
    bool is_after_content = false;
    std::size_t requests = 1;
    std::vector<double> pauses{}; ///< seconds asked for between tries, within 10 %
    /// More that must hold; a sentence where it does not.
    std::function<std::string(const Outcome &)> also{};

    [[nodiscard]] Expected after_content() const
    {
        Expected result = *this;
        result.is_after_content = true;
        return result;
    }
    [[nodiscard]] Expected after_requests(std::size_t count) const
    {
        Expected result = *this;
        result.requests = count;
        return result;
    }
    [[nodiscard]] Expected after_pauses(std::vector<double> seconds) const
    {
        Expected result = after_requests(seconds.size() + 1);
        result.pauses = std::move(seconds);
        return result;
    }
    [[nodiscard]] Expected and_also(std::function<std::string(const Outcome &)> check) const
    {
        Expected result = *this;
        result.also = std::move(check);
        return result;
    }
};
inline Expected says(std::string text, ca::TurnEnd end = ca::TurnEnd::complete)
{
    return {end, std::move(text)};
}
inline Expected calls(Calls calls, std::string text = {})
{
    return {ca::TurnEnd::tool_calls, std::move(text), std::move(calls)};
}
inline Expected fails(ca::FailureKind kind)
{
    return {{}, {}, {}, kind};
}

struct Scenario {
    const char *name;
    Speaks speaks;
    std::vector<MockScript> scripts;
    Expected expected;
};

struct Outcome {
    ca::ChatResult<ca::ChatTurn> turn;
    std::vector<std::string> requests;
    std::vector<double> pauses;
    std::vector<ca::ChatDelta> deltas;
    std::vector<std::string> ids() const
    {
        std::vector<std::string> result;
        for (const auto &call : turn->message.calls)
            result.push_back(call.id);
        return result;
    }
};

/// Looks like no vendor's key, so that none of it is left out for its looks.
inline constexpr const char *kSecret = "quite-plain-words-77";

/// What stalls is given up soon. For scripts that stall: a busy machine does, too.
inline ca::HttpLimits short_limits()
{
    ca::HttpLimits limits;
    limits.first_byte = limits.idle = 0.25; // seconds
    return limits;
}

inline bool is_stalling(const std::vector<MockScript> &scripts)
{
    const auto holds = [](const MockAct &act) { return act.kind == MockAct::Kind::hold; };
    return std::any_of(scripts.begin(), scripts.end(),
                       [&](const MockScript &script) { return std::any_of(script.begin(), script.end(), holds); });
}

inline ca::ChatRequest question()
{
    ca::ChatRequest request;
    request.system = "You plan experiments.";
    request.messages = {{ca::ChatRole::user, "Which layer first?"}};
    request.tools = {{"run_config",
                      "Runs a configuration.",
                      {{"type", "object"},
                       {"properties", {{"cfg", {{"type", "integer"}}}}},
                       {"required", {"cfg"}},
                       {"additionalProperties", false}}}};
    return request;
}

/// The question of each scenario goes out over the real transport; pauses are noted and not made, without their random part.
struct Asked {
    Speaks speaks = Speaks::openai;
    std::vector<MockScript> scripts{};
    ca::ChatRequest request = question();
    ca::HttpLimits limits{};
    double random = 0;
    std::optional<std::int64_t> context{};
    std::stop_token stop{};
    std::function<void(const ca::ChatDelta &)> on_delta{};
    bool is_local = false;
};

inline Outcome run(const Asked &asked)
{
    MockLlmServer server(asked.scripts);
    Outcome outcome;
    ca::ChatClientOptions options;
    options.limits = asked.limits;
    options.context = asked.context;
    options.random = [&] { return asked.random; };
    options.pause = [&](double seconds, const std::stop_token &stop) {
        outcome.pauses.push_back(seconds);
        return !stop.stop_requested();
    };
    const bool is_openai = asked.speaks == Speaks::openai;
    ca::ChatClient client(is_openai ? "openai" : "anthropic", {server.origin() + "/v1", "m-1", kSecret, asked.is_local},
                          is_openai ? ca::openai_dialect() : ca::anthropic_dialect(), std::make_shared<ca::QtTransport>(),
                          options);
    outcome.turn = client.ask(
        asked.request,
        [&](const ca::ChatDelta &delta) {
            outcome.deltas.push_back(delta);
            if (asked.on_delta)
                asked.on_delta(delta);
        },
        asked.stop);
    outcome.requests = server.requests();
    return outcome;
}

/// The key stands in its header, once in each request, and in nothing else.
inline std::string misplaced_key(const Outcome &outcome, Speaks speaks)
{
    const bool is_openai = speaks == Speaks::openai;
    for (const std::string &request : outcome.requests) {
        const std::string value = header_of(request, is_openai ? "authorization" : "x-api-key");
        if (value != (is_openai ? std::string("Bearer ") : std::string()) + kSecret)
            return "the key is not where it belongs";
        if (request.find(kSecret) != request.rfind(kSecret))
            return "the key stands in a request twice";
    }
    if (outcome.turn)
        return {};
    const ca::ChatFailure &failure = outcome.turn.error();
    for (const std::string *text : {&failure.sentence, &failure.parameter, &failure.request_id})
        if (text->find(std::string_view(kSecret).substr(0, 12)) != std::string::npos)
            return "the key stands in the failure: " + *text;
    return failure.sentence.empty() ? "the failure says nothing" : std::string();
}

inline std::string objection_to_turn(const ca::ChatTurn &turn, const Expected &expected)
{
    if (!expected.end)
        return "it is an answer: " + turn.message.text;
    if (turn.end != *expected.end)
        return "it ended as " + std::to_string(static_cast<int>(turn.end)) + " (" + turn.stop_reason + ")";
    if (turn.message.text != expected.text)
        return "its text is: " + turn.message.text.substr(0, 300);
    Calls calls;
    for (const ca::ToolCall &call : turn.message.calls)
        calls.emplace_back(call.name, call.arguments);
    if (calls != expected.calls)
        return "it calls " + std::to_string(calls.size()) + " tools"
            + (calls.empty() ? "" : ", first " + calls[0].first + calls[0].second);
    for (const ca::ToolCall &call : turn.message.calls)
        if (call.id.empty())
            return "a call has no id";
    return {};
}

inline std::string objection_to_failure(const ca::ChatFailure &failure, const Expected &expected)
{
    if (!expected.failure)
        return "it failed: " + failure.sentence;
    if (failure.kind != *expected.failure)
        return "it failed otherwise (" + std::to_string(static_cast<int>(failure.kind)) + "): " + failure.sentence;
    if (failure.after_content != expected.is_after_content)
        return std::string("it failed ") + (failure.after_content ? "after" : "before") + " content";
    return {};
}

inline std::string objection(const Outcome &outcome, const Scenario &scenario)
{
    const Expected &expected = scenario.expected;
    const std::string result =
        outcome.turn ? objection_to_turn(*outcome.turn, expected) : objection_to_failure(outcome.turn.error(), expected);
    if (!result.empty())
        return result;
    if (outcome.requests.size() != expected.requests)
        return std::to_string(outcome.requests.size()) + " requests came";
    if (outcome.pauses.size() != expected.pauses.size())
        return std::to_string(outcome.pauses.size()) + " pauses were made";
    for (std::size_t i = 0; i < expected.pauses.size(); ++i)
        if (std::abs(outcome.pauses[i] - expected.pauses[i]) > expected.pauses[i] / 10)
            return "pause " + std::to_string(i) + " was of " + std::to_string(outcome.pauses[i]) + " s";
    if (std::string key = misplaced_key(outcome, scenario.speaks); !key.empty())
        return key;
    return expected.also ? expected.also(outcome) : std::string();
}

inline std::string usage_is(const Outcome &outcome, const ca::Usage &usage)
{
    const ca::Usage &got = outcome.turn->usage;
    if (got == usage)
        return {};
    return "the usage is " + std::to_string(got.input) + " " + std::to_string(got.cached) + " "
        + std::to_string(got.cache_written) + " " + std::to_string(got.output) + (got.estimated ? " estimated" : "");
}

/// A stream that ends where the connection does.
inline MockScript streams(std::string_view body)
{
    return sends(event_stream(body));
}

inline std::vector<Scenario> joined(std::vector<Scenario> first, const std::vector<Scenario> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

inline void add_rows(const std::vector<Scenario> &scenarios)
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < scenarios.size(); ++i)
        QTest::addRow("%s: %s", scenarios[i].speaks == Speaks::openai ? "openai" : "anthropic", scenarios[i].name)
            << static_cast<int>(i);
}

/// Runs it: what is wrong with the outcome; empty where nothing is.
inline std::string objection_to_run(const Scenario &scenario)
{
    Asked asked;
    asked.speaks = scenario.speaks;
    asked.scripts = scenario.scripts;
    if (is_stalling(scenario.scripts))
        asked.limits = short_limits();
    return objection(run(asked), scenario);
}
