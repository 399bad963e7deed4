// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

#include <zlib.h>

using ca::FailureKind;
using ca::TurnEnd;

namespace {

const std::string kSmile = "\xF0\x9F\x99\x82", kReplacement = "\xEF\xBF\xBD";

std::string answer(Speaks speaks, std::string_view words)
{
    return speaks == Speaks::openai ? openai::answer(words) : anthropic::answer(words);
}

/// `piece` is JSON of the text, with its quotes.
std::string answer_of(Speaks speaks, const std::vector<std::string> &pieces)
{
    const bool is_openai = speaks == Speaks::openai;
    std::string body = is_openai ? openai::role() : anthropic::start(100) + anthropic::block(0, R"({"type":"text","text":""})");
    for (const std::string &piece : pieces)
        body += is_openai ? openai::delta(R"({"content":)" + piece + "}")
                          : anthropic::delta(0, R"({"type":"text_delta","text":)" + piece + "}");
    return body
        + (is_openai ? openai::finish("stop") + openai::usage(100, 7) + openai::done()
                     : anthropic::block_end(0) + anthropic::end("end_turn", 7) + anthropic::stop());
}

/// A piece with one more field in its delta, as JSON.
std::string answer_with_field(Speaks speaks, const std::string &field)
{
    const std::string yes = R"("Yes.",)" + field;
    return answer_of(speaks, {yes});
}

std::string with_line_ends(const std::string &body, const std::vector<std::string> &ends)
{
    std::string result;
    std::size_t next = 0;
    for (const char c : body) {
        if (c == '\n')
            result += ends[next++ % ends.size()];
        else
            result += c;
    }
    return result;
}

/// RFC 1952, by zlib.
std::string zipped(std::string_view body, int window = 15 + 16)
{
    z_stream stream{};
    std::string packed(body.size() + 1024, '\0');
    const bool is_open = deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) == Z_OK;
    std::string copy(body);
    stream.next_in = reinterpret_cast<Bytef *>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const bool is_done = is_open && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.resize(is_done ? stream.total_out : 0);
    deflateEnd(&stream);
    return packed;
}

std::string encoded(std::string_view encoding, std::string_view body)
{
    return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: " + std::string(encoding) + "\r\n\r\n"
        + std::string(body);
}

std::vector<Scenario> how_bytes_come(Speaks s)
{
    const std::string yes = answer(s, "Yes.");
    const std::vector<std::string> many(100'000, "\"x\"");
    return {
        {"one byte at a time", s, {dribbles(event_stream(yes))}, says("Yes.")},
        {"chunks of one byte", s, {sends(chunked_stream(yes, 1))}, says("Yes.")},
        {"chunks of seven bytes, one byte at a time", s, {dribbles(chunked_stream(yes, 7))}, says("Yes.")},
        {"line ends of CR", s, {streams(with_line_ends(yes, {"\r"}))}, says("Yes.")},
        {"line ends of CRLF", s, {streams(with_line_ends(yes, {"\r\n"}))}, says("Yes.")},
        {"line ends of CRLF, one byte at a time", s, {dribbles(event_stream(with_line_ends(yes, {"\r\n"})))}, says("Yes.")},
        {"all line ends", s, {streams(with_line_ends(yes, {"\r\n", "\n", "\r"}))}, says("Yes.")},
        {"a byte order mark", s, {streams("\xEF\xBB\xBF" + yes)}, says("Yes.")},
        {"comments", s, {streams(": hello\n\n: there\n" + yes)}, says("Yes.")},
        {"no space after the colon",
         s,
         {streams(with_line_ends(yes, {"\n"}).replace(yes.find("data: "), 6, "data:"))},
         says("Yes.")},
        {"unknown fields, ids and retries", s, {streams("id: 1\nretry: soon\nwhatever\n\n" + yes)}, says("Yes.")},
        {"a character cut between packets", s, {dribbles(event_stream(answer(s, "a" + kSmile + "b")))}, says("a" + kSmile + "b")},
        {"a character cut between chunks",
         s,
         {sends(chunked_stream(answer(s, kSmile + kSmile + kSmile), 3))},
         says(kSmile + kSmile + kSmile)},
        {"an escaped pair of surrogates", s, {streams(answer_of(s, {R"("\ud83d\ude42")"}))}, says(kSmile)},
        {"half of a pair of surrogates", s, {streams(answer_of(s, {R"("a\ud83db")"}))}, says("a" + kReplacement + "b")},
        {"bytes that are no UTF-8",
         s,
         {streams(answer_of(s,
                            {"\"a\xFF"
                             "b\""}))},
         says("a" + kReplacement + "b")},
        {"an escaped NUL", s, {streams(answer_of(s, {R"("a\u0000b")"}))}, says(std::string("a\0b", 3))},
        {"a plain NUL", s, {streams(answer_of(s, {std::string("\"a\0b\"", 5)}))}, says("a b")},
        {"a line of three million bytes",
         s,
         {streams(answer(s, std::string(3'000'000, 'x')))},
         says(std::string(3'000'000, 'x'))},
        {"a line of five million bytes", s, {streams(answer(s, std::string(5 << 20, 'x')))}, fails(FailureKind::bad_answer)},
        {"a line without an end", s, {streams("data: " + std::string(6 << 20, 'x'))}, fails(FailureKind::bad_answer)},
        {"100,000 events", s, {streams(answer_of(s, many))}, says(std::string(100'000, 'x'))},
        {"JSON that is 10,000 deep",
         s,
         {streams(answer_with_field(s, "\"a\":" + std::string(10'000, '[') + std::string(10'000, ']')))},
         fails(FailureKind::bad_answer)},
        {"a number that is too large", s, {streams(answer_with_field(s, R"("a":1e400)"))}, fails(FailureKind::bad_answer)},
        {"a key twice", s, {streams(answer_with_field(s, R"("a":1,"a":2)"))}, fails(FailureKind::bad_answer)},
    };
}

std::vector<Scenario> how_bodies_come(Speaks s)
{
    const std::string yes = answer(s, "Yes.");
    const std::string page = http_answer(200, "<!DOCTYPE html><title>Log in</title>", "content-type: text/html\r\n");
    const std::string bomb = zipped(std::string(40 << 20, ' '));
    return {
        {"packed by gzip", s, {sends(encoded("gzip", zipped(yes)))}, says("Yes.")},
        {"packed by gzip, one byte at a time", s, {dribbles(encoded("GZIP", zipped(yes)))}, says("Yes.")},
        {"packed by deflate", s, {sends(encoded("deflate", zipped(yes, 15)))}, says("Yes.")},
        {"said to be packed, and is not", s, {sends(encoded("gzip", yes))}, fails(FailureKind::bad_answer)},
        {"packed in a way that was not asked for", s, {sends(encoded("br", yes))}, fails(FailureKind::bad_answer)},
        {"40 KB that unfold to 40 MB", s, {sends(encoded("gzip", bomb))}, fails(FailureKind::bad_answer)},
        {"a web page", s, {sends(page), sends(page)}, fails(FailureKind::bad_answer).after_pauses({0.5})},
        {"a stream that is said to be JSON", s, {sends(event_stream(yes, "application/json"))}, says("Yes.")},
        {"a stream that is said to be text", s, {sends(event_stream(yes, "text/plain; charset=latin1"))}, says("Yes.")},
        {"nothing", s, {sends(http_answer(200, ""))}, fails(FailureKind::bad_answer)},
        {"another program's protocol", s, {sends("SSH-2.0-OpenSSH_9.2\r\n")}, fails(FailureKind::bad_answer)},
        {"an interim answer first",
         s,
         {sends("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + event_stream(yes))},
         says("Yes.")},
        {"a change of the protocol",
         s,
         {sends("HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n" + yes)},
         fails(FailureKind::bad_answer)},
        {"a head without an end",
         s,
         {sends("HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'y'))},
         fails(FailureKind::bad_answer)},
        {"100,000 headers",
         s,
         {sends("HTTP/1.1 200 OK\r\n" +
                [] {
                    std::string lines;
                    for (int i = 0; i < 100'000; ++i)
                        lines += "x: y\r\n";
                    return lines;
                }()
                + "\r\n" + yes)},
         fails(FailureKind::bad_answer)},
        {"a length that is no number",
         s,
         {sends("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n" + yes)},
         fails(FailureKind::bad_answer)},
        {"chunks whose size is no number",
         s,
         {sends("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n" + yes)},
         fails(FailureKind::bad_answer)},
        {"a body of forty million bytes", s, {streams(":" + std::string(40'000'000, '\n'))}, fails(FailureKind::bad_answer)},
    };
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all = joined(joined(how_bytes_come(Speaks::openai), how_bytes_come(Speaks::anthropic)),
                                                    joined(how_bodies_come(Speaks::openai), how_bodies_come(Speaks::anthropic)));
    return all;
}

} // namespace

class TestLlmScenariosBytes final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_bytes_however_they_come_data() { add_rows(scenarios()); }
    void reads_bytes_however_they_come();
};

void TestLlmScenariosBytes::reads_bytes_however_they_come()
{
    QFETCH(int, row);
    const std::string wrong = objection_to_run(scenarios()[static_cast<std::size_t>(row)]);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

QTEST_APPLESS_MAIN(TestLlmScenariosBytes)
#include "test_llm_scenarios_bytes.moc"
