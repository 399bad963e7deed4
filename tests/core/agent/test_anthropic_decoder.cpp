// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/corpus/llm/anthropic_streams.h"
#include "tests/support/llm_turns.h"

#include <QtTest>

using namespace std::string_literals;
using namespace llm::anthropic;
using ca::FailureKind;

Q_DECLARE_METATYPE(llm::RecordedStream)

class TestAnthropicDecoder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void makes_one_turn_of_a_stream_data();
    void makes_one_turn_of_a_stream();
    void makes_the_same_turn_wherever_the_stream_is_cut_data();
    void makes_the_same_turn_wherever_the_stream_is_cut();
    void runs_nothing_of_a_stream_that_ends_early();
    void gives_a_failure_data();
    void gives_a_failure();
    void says_whether_a_part_was_shown_before_a_failure();
    void counts_what_came_before_a_failure();
    void tells_of_a_call_once();
    void ignores_pieces_that_belong_nowhere();
    void is_complete_after_its_end_alone();
    void limits_the_parts_of_a_turn();
};

void TestAnthropicDecoder::makes_one_turn_of_a_stream_data()
{
    QTest::addColumn<llm::RecordedStream>("stream");
    for (const auto &stream : streams())
        QTest::newRow(stream.name.c_str()) << stream;
}

void TestAnthropicDecoder::makes_one_turn_of_a_stream()
{
    QFETCH(llm::RecordedStream, stream);
    const Decoded result = decoded(*ca::anthropic_dialect(), {stream.bytes});
    QCOMPARE(described(result.turn), described(stream.turn));
    QCOMPARE(*result.turn, stream.turn);
    QCOMPARE(told(result.deltas, ca::ChatDelta::Kind::text), stream.turn.message.text);
    QCOMPARE(told(result.deltas, ca::ChatDelta::Kind::thinking), stream.turn.thinking);
}

void TestAnthropicDecoder::makes_the_same_turn_wherever_the_stream_is_cut_data()
{
    makes_one_turn_of_a_stream_data();
}

void TestAnthropicDecoder::makes_the_same_turn_wherever_the_stream_is_cut()
{
    QFETCH(llm::RecordedStream, stream);
    const auto dialect = ca::anthropic_dialect();
    const std::vector<ca::ChatDelta> deltas = decoded(*dialect, {stream.bytes}).deltas;
    for (std::size_t at = 1; at < stream.bytes.size(); ++at) {
        const Decoded result = decoded(*dialect, in_two(stream.bytes, at));
        QVERIFY2(result.turn && *result.turn == stream.turn && result.deltas == deltas, std::to_string(at).c_str());
    }
    const Decoded result = decoded(*dialect, in_bytes(stream.bytes));
    QCOMPARE(described(result.turn), described(stream.turn));
    QCOMPARE(result.deltas, deltas);
}

/// Whatever of a stream is missing from some place before its stop reason on.
void TestAnthropicDecoder::runs_nothing_of_a_stream_that_ends_early()
{
    for (const auto &stream : streams()) {
        const std::size_t reason = stream.bytes.find(R"("stop_reason":")");
        for (std::size_t length = 0; length < std::min(reason, stream.bytes.size()); ++length) {
            const Decoded result = decoded(*ca::anthropic_dialect(), {std::string_view(stream.bytes).substr(0, length)});
            QVERIFY2(!result.turn || result.turn->end == ca::TurnEnd::truncated, stream.name.c_str());
            QVERIFY2(!result.turn || !ca::may_call_tools(*result.turn), stream.name.c_str());
        }
    }
}

void TestAnthropicDecoder::gives_a_failure_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<QByteArray>("in_sentence");
    const auto add = [](const char *name, const std::string &bytes, FailureKind kind, const char *in_sentence) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << kind << QByteArray(in_sentence);
    };
    const auto error = [](const char *type, const char *text) {
        return llm::named_event("error",
                                R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" + text + "\"}}");
    };
    add("nothing", "", FailureKind::bad_answer, "empty answer");
    add("pings alone", kPing + kPing, FailureKind::bad_answer, "empty answer");
    add("the answer of another dialect", llm::message(R"({"choices":[{"index":0,"delta":{"content":"A"}}]})"),
        FailureKind::bad_answer, "empty answer");
    add("a web page", "\n<html><head><TITLE>Sign in</TITLE>", FailureKind::bad_answer, "sent a web page, \"Sign in\"");
    add("an error as the body", R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})",
        FailureKind::key, "invalid x-api-key");
    add("overloaded", kStart + error("overloaded_error", "Overloaded"), FailureKind::overloaded, "Overloaded");
    add("failed", kStart + error("api_error", "Internal server error"), FailureKind::server, "Internal server error");
    add("rate", kStart + error("rate_limit_error", "Slow"), FailureKind::rate, "Slow");
    add("timeout", kStart + error("timeout_error", "Late"), FailureKind::busy, "Late");
    add("a type of a later time", kStart + error("weather_error", "Rain"), FailureKind::server, "Rain");
    add("JSON that is none", kStart + "event: content_block_delta\ndata: {\"type\"\n\n", FailureKind::bad_answer,
        "not valid JSON");
    add("two open parts of one number",
        kStart
            + llm::replaced(text_block(0, {"A"}),
                            llm::named_event("content_block_stop", R"({"type":"content_block_stop","index":0})"), "")
            + text_block(0, {"B"}),
        FailureKind::bad_answer, "numbers two of its parts alike");
    add("nested too deeply", kStart + "data: " + std::string(10'000, '[') + "\n\n", FailureKind::bad_answer, "nested too deeply");
}

void TestAnthropicDecoder::gives_a_failure()
{
    QFETCH(QByteArray, bytes);
    QFETCH(FailureKind, kind);
    QFETCH(QByteArray, in_sentence);
    const std::string stream = bytes.toStdString();
    const Decoded result = decoded(*ca::anthropic_dialect(), {stream});
    QVERIFY(!result.turn);
    QCOMPARE(result.turn.error().kind, kind);
    const QByteArray sentence = QByteArray::fromStdString(result.turn.error().sentence);
    QVERIFY2(sentence.contains(in_sentence), sentence);
    QVERIFY2(sentence.endsWith('.'), sentence);
    QCOMPARE(described(decoded(*ca::anthropic_dialect(), in_bytes(stream)).turn), described(result.turn));
}

void TestAnthropicDecoder::says_whether_a_part_was_shown_before_a_failure()
{
    const std::string error =
        llm::named_event("error", R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
    QVERIFY(!decoded(*ca::anthropic_dialect(), {kStart + kPing + error}).turn.error().after_content);
    QVERIFY(decoded(*ca::anthropic_dialect(), {kStart + text_block(0, {"A"}) + error}).turn.error().after_content);
    QVERIFY(decoded(*ca::anthropic_dialect(), {kStart + call_block(0, "a", "finish", {}) + error}).turn.error().after_content);
}

/// What was read is known from the start, what was answered is not.
void TestAnthropicDecoder::counts_what_came_before_a_failure()
{
    const std::string error =
        llm::named_event("error", R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
    const auto turn = decoded(*ca::anthropic_dialect(), {kStart + text_block(0, {"12345678"}) + error}).turn;
    QCOMPARE(turn.error().usage, (ca::Usage{900, 768, 12, 2, true}));
}

void TestAnthropicDecoder::tells_of_a_call_once()
{
    const std::string stream =
        kStart + text_block(0, {"A"}) + call_block(1, "toolu_1", "run_trials", kPieces) + finish("tool_use");
    const std::vector<ca::ChatDelta> expected{{ca::ChatDelta::Kind::text, "A"}, {ca::ChatDelta::Kind::call, "run_trials"}};
    QCOMPARE(decoded(*ca::anthropic_dialect(), {stream}).deltas, expected);
}

void TestAnthropicDecoder::ignores_pieces_that_belong_nowhere()
{
    const auto delta = [](const char *json) {
        return llm::named_event("content_block_delta",
                                R"({"type":"content_block_delta","index":0,"delta":)" + std::string(json) + "}");
    };
    const std::string lost = delta(R"({"type":"input_json_delta","partial_json":"{}"})");
    const std::string strange = delta(R"({"type":"thinking_delta","thinking":"no"})") + delta("[3]") + delta("null");
    const auto turn = decoded(*ca::anthropic_dialect(),
                              {kStart + lost + text_block(0, {"A"}) + strange
                               + llm::named_event("content_block_start", R"({"type":"content_block_start","index":1})")
                               + finish("end_turn") + kStop})
                          .turn;
    QVERIFY(turn);
    QCOMPARE(turn->message.text, "A"s);
    QCOMPARE(turn->thinking, ""s);
    QVERIFY(turn->message.calls.empty());
    const auto without_start = decoded(*ca::anthropic_dialect(), {kStart + delta(R"({"type":"text_delta","text":"B"})")}).turn;
    QCOMPARE(without_start->message.text, "B"s);
}

void TestAnthropicDecoder::is_complete_after_its_end_alone()
{
    const auto decoder = ca::anthropic_dialect()->decoder(1);
    QVERIFY(decoder->feed(kStart + text_block(0, {"A"}) + finish("end_turn"), {}));
    QVERIFY(!decoder->is_complete());
    QVERIFY(decoder->feed(kStop, {}));
    QVERIFY(decoder->is_complete());
}

void TestAnthropicDecoder::limits_the_parts_of_a_turn()
{
    std::string calls = kStart, texts = kStart;
    for (int i = 0; i < 129; ++i)
        calls += call_block(i, "a" + std::to_string(i), "finish", {});
    const auto turn = decoded(*ca::anthropic_dialect(), {calls + finish("tool_use") + kStop}).turn;
    QVERIFY(!turn || !ca::may_call_tools(*turn));
    for (int i = 0; i < 1025; ++i)
        texts += text_block(i, {"A"});
    QCOMPARE(decoded(*ca::anthropic_dialect(), {texts}).turn.error().kind, FailureKind::bad_answer);
}

QTEST_APPLESS_MAIN(TestAnthropicDecoder)
#include "test_anthropic_decoder.moc"
