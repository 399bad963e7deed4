// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/corpus/llm/openai_deviations.h"
#include "tests/support/llm_turns.h"

#include <QtTest>

using namespace std::string_literals;
using namespace llm::openai;
using ca::FailureKind;

Q_DECLARE_METATYPE(llm::RecordedStream)

class TestOpenaiDecoder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void makes_one_turn_of_a_stream_data();
    void makes_one_turn_of_a_stream();
    void makes_the_same_turn_wherever_the_stream_is_cut_data();
    void makes_the_same_turn_wherever_the_stream_is_cut();
    void tells_of_pieces_as_they_come();
    void tells_of_a_call_once_by_its_whole_name();
    void runs_nothing_of_a_stream_that_ends_early();
    void gives_a_failure_data();
    void gives_a_failure();
    void says_whether_a_part_was_shown_before_a_failure();
    void counts_what_came_before_a_failure();
    void a_failure_stays();
    void is_complete_after_its_end_alone();
    void takes_a_hundred_thousand_events();
    void takes_arguments_in_a_hundred_thousand_pieces();
    void whatever_follows_its_end_is_ignored();
    void takes_spaces_in_small_pieces();
    void limits_the_calls_of_a_turn();
};

void TestOpenaiDecoder::makes_one_turn_of_a_stream_data()
{
    QTest::addColumn<llm::RecordedStream>("stream");
    for (const auto &stream : streams())
        QTest::newRow(stream.name.c_str()) << stream;
}

void TestOpenaiDecoder::makes_one_turn_of_a_stream()
{
    QFETCH(llm::RecordedStream, stream);
    const Decoded result = decoded(*ca::openai_dialect(), {stream.bytes});
    QCOMPARE(described(result.turn), described(stream.turn));
    QCOMPARE(*result.turn, stream.turn);
    QCOMPARE(told(result.deltas, ca::ChatDelta::Kind::text), stream.turn.message.text);
    QCOMPARE(told(result.deltas, ca::ChatDelta::Kind::thinking), stream.turn.thinking);
}

void TestOpenaiDecoder::makes_the_same_turn_wherever_the_stream_is_cut_data()
{
    makes_one_turn_of_a_stream_data();
}

void TestOpenaiDecoder::makes_the_same_turn_wherever_the_stream_is_cut()
{
    QFETCH(llm::RecordedStream, stream);
    const auto dialect = ca::openai_dialect();
    const std::vector<ca::ChatDelta> deltas = decoded(*dialect, {stream.bytes}).deltas;
    for (std::size_t at = 1; at < stream.bytes.size(); ++at) {
        const Decoded result = decoded(*dialect, in_two(stream.bytes, at));
        QVERIFY2(result.turn && *result.turn == stream.turn && result.deltas == deltas, std::to_string(at).c_str());
    }
    const Decoded result = decoded(*dialect, in_bytes(stream.bytes));
    QCOMPARE(described(result.turn), described(stream.turn));
    QCOMPARE(result.deltas, deltas);
}

void TestOpenaiDecoder::tells_of_pieces_as_they_come()
{
    const auto decoder = ca::openai_dialect()->decoder(1);
    std::vector<ca::ChatDelta> deltas;
    const ca::ChatSink sink = [&](const ca::ChatDelta &delta) { deltas.push_back(delta); };
    const std::string piece = chunk(R"({"content":"\u00e9 "})");
    QVERIFY(decoder->feed(std::string_view(piece).substr(0, piece.size() - 1), sink));
    QVERIFY(deltas.empty()); // the blank line is not whole
    QVERIFY(decoder->feed("\n", sink));
    QCOMPARE(deltas, (std::vector<ca::ChatDelta>{{ca::ChatDelta::Kind::text, "\xC3\xA9 "}}));
}

void TestOpenaiDecoder::tells_of_a_call_once_by_its_whole_name()
{
    const std::string in_pieces = call(R"({"index":0,"id":"a","function":{"name":"run_","arguments":""}})")
        + call(R"({"index":0,"function":{"name":"trials","arguments":""}})") + kFirstArguments
        + call(R"({"index":1,"id":"b","function":{"name":"finish"}})") + finish("tool_calls");
    const std::vector<ca::ChatDelta> expected{{ca::ChatDelta::Kind::call, "run_trials"}, {ca::ChatDelta::Kind::call, "finish"}};
    QCOMPARE(decoded(*ca::openai_dialect(), {in_pieces}).deltas, expected);
}

/// Whatever of a stream is missing from some place before its finish reason on.
void TestOpenaiDecoder::runs_nothing_of_a_stream_that_ends_early()
{
    for (const auto &stream : streams()) {
        const std::size_t reason = stream.bytes.find(R"("finish_reason":")");
        for (std::size_t length = 0; length < std::min(reason, stream.bytes.size()); ++length) {
            const Decoded result = decoded(*ca::openai_dialect(), {stream.bytes.substr(0, length)});
            QVERIFY2(!result.turn || result.turn->end == ca::TurnEnd::truncated, stream.name.c_str());
            QVERIFY2(!result.turn || !ca::may_call_tools(*result.turn), stream.name.c_str());
        }
    }
}

void TestOpenaiDecoder::gives_a_failure_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<QByteArray>("in_sentence");
    const auto add = [](const char *name, const std::string &bytes, FailureKind kind, const char *in_sentence) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << kind << QByteArray(in_sentence);
    };
    add("nothing", "", FailureKind::bad_answer, "empty answer");
    add("blank lines", "\n\r\n\n", FailureKind::bad_answer, "empty answer");
    add("an end alone", kDone, FailureKind::bad_answer, "empty answer");
    add("text", "OK\n\n", FailureKind::bad_answer, "empty answer");
    add("other JSON", R"({"hello": "world"})", FailureKind::bad_answer, "empty answer");
    add("the answer of another dialect", llm::named_event("message_stop", R"({"type":"message_stop"})"), FailureKind::bad_answer,
        "empty answer");
    add("a web page", "<!DOCTYPE html><html><head><title>Welcome to nginx!</title>", FailureKind::bad_answer,
        "sent a web page, \"Welcome to nginx!\"");
    add("half a body", R"({"choices":[{"index":0,"mess)", FailureKind::bad_answer, "is no answer");
    add("an error as the body",
        R"({"error":{"message":"No such model: m","type":"invalid_request_error","code":"model_not_found"}})",
        FailureKind::not_found, "No such model: m");
    add("an error in the stream", kRole + llm::message(R"({"error":{"message":"Overheated","type":"server_error","code":500}})"),
        FailureKind::server, "Overheated");
    add("an error in the stream, as a text", llm::message(R"({"error":"model runner has unexpectedly stopped"})"),
        FailureKind::server, "model runner has unexpectedly stopped");
    add("an error in the stream, by its event", llm::named_event("error", R"({"message":"Slow down","code":"slow_down"})"),
        FailureKind::rate, "Slow down");
    add("an error in the stream, no JSON", llm::named_event("error", "upstream gone"), FailureKind::server, "upstream gone");
    add("an error in the stream, of vLLM",
        llm::message(R"({"object":"error","message":"boom","type":"BadRequestError","param":null,"code":400})"),
        FailureKind::bad_request, "boom");
    add("11: llama.cpp cannot read its model",
        llm::message(R"({"error":{"code":500,"message":"Failed to parse input at pos 12: <tool","type":"server_error"}})"),
        FailureKind::bad_answer, "Failed to parse input at pos 12");
    add("JSON that is none", kRole + "data: {\"choices\":[{]}\n\n", FailureKind::bad_answer, "not valid JSON");
    add("nested too deeply", "data: " + std::string(10'000, '[') + "\n\n", FailureKind::bad_answer, "nested too deeply");
    add("nested too deeply, not streamed", std::string(10'000, '['), FailureKind::bad_answer, "no answer");
    add("a number over all bounds", llm::message(R"({"choices":[],"created":1e400})"), FailureKind::bad_answer, "not valid JSON");
    add("a key twice", llm::message(R"({"choices":[],"choices":[]})"), FailureKind::bad_answer, "stands twice");
    add("a line of 5 MiB", "data: " + std::string(5u << 20, 'x'), FailureKind::bad_answer, "longer than this program reads");
    std::string long_stream = kRole;
    while (long_stream.size() <= 32u << 20)
        long_stream += ": " + std::string(1u << 20, 'x') + "\n\n";
    add("32 MiB of spaces", std::string((32u << 20) + 1, ' '), FailureKind::bad_answer, "longer than this program reads");
    add("a JSON text of 32 MiB", '{' + std::string(32u << 20, ' '), FailureKind::bad_answer, "longer than this program reads");
    add("32 MiB", long_stream, FailureKind::bad_answer, "longer than this program reads");
}

void TestOpenaiDecoder::gives_a_failure()
{
    QFETCH(QByteArray, bytes);
    QFETCH(FailureKind, kind);
    QFETCH(QByteArray, in_sentence);
    const std::string stream = bytes.toStdString();
    const Decoded result = decoded(*ca::openai_dialect(), {stream});
    QVERIFY(!result.turn);
    QCOMPARE(result.turn.error().kind, kind);
    const QByteArray sentence = QByteArray::fromStdString(result.turn.error().sentence);
    QVERIFY2(sentence.contains(in_sentence), sentence);
    QVERIFY2(sentence.endsWith('.'), sentence);
    if (stream.size() < 20'000)
        QCOMPARE(described(decoded(*ca::openai_dialect(), in_bytes(stream)).turn), described(result.turn));
}

void TestOpenaiDecoder::says_whether_a_part_was_shown_before_a_failure()
{
    const std::string error = llm::message(R"({"error":{"message":"gone","type":"server_error"}})");
    QVERIFY(!decoded(*ca::openai_dialect(), {kRole + error}).turn.error().after_content);
    QVERIFY(decoded(*ca::openai_dialect(), {kRole + chunk(R"({"content":"A"})") + error}).turn.error().after_content);
    QVERIFY(decoded(*ca::openai_dialect(), {kRole + chunk(R"({"reasoning":"A"})") + error}).turn.error().after_content);
}

void TestOpenaiDecoder::counts_what_came_before_a_failure()
{
    const std::string error = llm::message(R"({"error":{"message":"gone","type":"server_error"}})");
    const auto silent = decoded(*ca::openai_dialect(), {kRole + chunk(R"({"content":"12345678"})") + error});
    QCOMPARE(silent.turn.error().usage, (ca::Usage{0, 0, 0, 2, true}));
    const auto counted = decoded(*ca::openai_dialect(), {kRole + chunk(R"({"content":"12345678"})") + kUsage + error});
    QCOMPARE(counted.turn.error().usage, kCounted);
}

void TestOpenaiDecoder::a_failure_stays()
{
    const auto decoder = ca::openai_dialect()->decoder(1);
    QVERIFY(!decoder->feed(llm::message(R"({"error":"gone"})"), {}));
    QVERIFY(!decoder->feed(kRole + finish("stop"), {}));
    QVERIFY(!decoder->finish({}));
}

void TestOpenaiDecoder::is_complete_after_its_end_alone()
{
    const auto decoder = ca::openai_dialect()->decoder(1);
    QVERIFY(decoder->feed(kRole + finish("stop") + kUsage, {}));
    QVERIFY(!decoder->is_complete());
    QVERIFY(decoder->feed(kDone, {}));
    QVERIFY(decoder->is_complete());
}

void TestOpenaiDecoder::takes_a_hundred_thousand_events()
{
    std::string stream = kRole;
    for (int i = 0; i < 100'000; ++i)
        stream += chunk(R"({"content":"a"})");
    const auto turn = decoded(*ca::openai_dialect(), {stream + finish("stop")}).turn;
    QVERIFY(turn);
    QCOMPARE(turn->message.text, std::string(100'000, 'a'));
}

/// Each with the name once more and a bracket: what has come is not read anew with each.
void TestOpenaiDecoder::takes_arguments_in_a_hundred_thousand_pieces()
{
    std::string stream = kRole + call(R"({"function":{"name":"finish","arguments":"{\"summary\":\""}})");
    for (int i = 0; i < 100'000; ++i)
        stream += call(R"({"function":{"name":"finish","arguments":"}"}})");
    stream += call(R"({"function":{"name":"finish","arguments":"\"}"}})") + finish("tool_calls");
    const auto turn = decoded(*ca::openai_dialect(), {stream}).turn;
    QVERIFY(turn);
    QCOMPARE(turn->message.calls.size(), std::size_t(1));
    QCOMPARE(turn->message.calls.front().arguments, R"({"summary":")" + std::string(100'000, '}') + "\"}");
}

/// Also where it comes in one piece with the end, and is nothing that may come before it.
void TestOpenaiDecoder::whatever_follows_its_end_is_ignored()
{
    const std::string end = chunk(R"({"content":"Yes."})", R"("stop")") + kDone;
    for (const std::string &surplus : {std::string(5u << 20, 'x'), llm::message(R"({"error":"gone"})"), "data: {\n\n"s}) {
        const auto turn = decoded(*ca::openai_dialect(), {end + surplus}).turn;
        QVERIFY(turn);
        QCOMPARE(turn->message.text, "Yes."s);
    }
}

/// As what a compressed answer holds comes: each byte is looked at once.
void TestOpenaiDecoder::takes_spaces_in_small_pieces()
{
    const std::string spaces(4096, ' '), answered = chunk(R"({"content":"Yes."})", R"("stop")");
    std::vector<std::string_view> pieces(8000, spaces);
    pieces.push_back(answered);
    const auto turn = decoded(*ca::openai_dialect(), pieces).turn;
    QVERIFY(turn);
    QCOMPARE(turn->message.text, "Yes."s);
}

void TestOpenaiDecoder::limits_the_calls_of_a_turn()
{
    std::string stream;
    for (int i = 0; i < 129; ++i)
        stream += call(R"({"index":)" + std::to_string(i) + R"(,"function":{"name":"finish","arguments":"{}"}})");
    const auto turn = decoded(*ca::openai_dialect(), {stream + finish("tool_calls")}).turn;
    QVERIFY(!turn);
    QCOMPARE(turn.error().kind, FailureKind::bad_answer);
}

QTEST_APPLESS_MAIN(TestOpenaiDecoder)
#include "test_openai_decoder.moc"
