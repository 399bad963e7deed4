// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

using ca::FailureKind;
using ca::TurnEnd;

namespace {

std::string answer(Speaks speaks)
{
    return speaks == Speaks::openai ? openai::answer("Yes.") : anthropic::answer("Yes.");
}

/// The beginning of an answer, in the midst of its text.
std::string begun(Speaks speaks)
{
    return speaks == Speaks::openai
        ? openai::role() + openai::text("Well")
        : anthropic::start(100) + anthropic::block(0, R"({"type":"text","text":""})") + anthropic::text_delta(0, "Well");
}

/// All of an answer but what closes its stream.
std::string finished(Speaks speaks)
{
    return speaks == Speaks::openai ? openai::role() + openai::text("Yes.") + openai::finish("stop")
                                    : anthropic::start(100) + anthropic::text_block(0, {"Yes."}) + anthropic::end("end_turn", 7);
}

/// In chunks, so that it can be seen that the end is missing.
std::string cut_chunks(const std::string &body)
{
    const std::string whole = chunked_stream(body, 64);
    return whole.substr(0, whole.size() - std::string("0\r\n\r\n").size());
}

MockScript keeps_alive(const std::string &body)
{
    MockScript script = sends(event_stream(""));
    for (int i = 0; i < 6; ++i) {
        script.push_back({MockAct::Kind::pause, {}, 60});
        script.push_back({MockAct::Kind::send, ": still there\n\n"});
    }
    script.push_back({MockAct::Kind::send, body});
    script.push_back({MockAct::Kind::hold});
    return script;
}

std::vector<Scenario> of_endings(Speaks s)
{
    const std::string yes = answer(s);
    const bool is_openai = s == Speaks::openai;
    const std::string cut_short = yes.substr(0, yes.size() - 1), no_end = finished(s);
    return {
        {"no word that the stream is at its end", s, {streams(no_end)}, says("Yes.")},
        {"that word twice", s, {streams(yes + (is_openai ? openai::done() : anthropic::stop()))}, says("Yes.")},
        {"an error after that word", s, {streams(yes + "data: {\"error\":{\"message\":\"late\"}}\n\n")}, says("Yes.")},
        {"the connection stays open after that word", s, {stalls_after(event_stream(yes))}, says("Yes.")},
        {"the end before the last blank line", s, {streams(cut_short)}, says("Yes.")},
        {"the end before the finish", s, {streams(begun(s))}, says("Well", TurnEnd::truncated)},
        {"the end within a line", s, {streams(begun(s) + "data: {\"choi")}, says("Well", TurnEnd::truncated)},
        {"the end after nothing but a comment", s, {streams(": hello\n\n")}, fails(FailureKind::bad_answer)},
        {"chunks without their end, before the finish",
         s,
         {sends(cut_chunks(begun(s)))},
         fails(FailureKind::connection).after_content()},
        {"chunks without their end, after the finish", s, {sends(cut_chunks(no_end))}, says("Yes.")},
        {"fewer bytes than announced, before the finish",
         s,
         {sends("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n" + begun(s))},
         fails(FailureKind::connection).after_content()},
        {"a reset within a line",
         s,
         {resets_after(cut_chunks(begun(s)) + "20\r\ndata: {\"choi")},
         fails(FailureKind::connection).after_content()},
        {"a reset after the finish", s, {resets_after(cut_chunks(no_end))}, says("Yes.")},
    };
}

std::vector<Scenario> of_losses(Speaks s)
{
    const std::string yes = event_stream(answer(s));
    const MockScript hangs_up{}, resets = resets_after("");
    const std::vector<double> once{0.5}, twice{0.5, 1};
    return {
        {"the server hangs up at once", s, {hangs_up, sends(yes)}, says("Yes.").after_pauses(once)},
        {"the server always hangs up", s, std::vector<MockScript>(5, hangs_up),
         fails(FailureKind::connection).after_pauses(twice)},
        {"a reset before the answer", s, {resets, sends(yes)}, says("Yes.").after_pauses(once)},
        {"a reset within the head", s, {resets_after("HTTP/1.1 200 OK\r\ncont"), sends(yes)}, says("Yes.").after_pauses(once)},
        {"the end within the head", s, {sends("HTTP/1.1 200 OK\r\ncont"), sends(yes)}, says("Yes.").after_pauses(once)},
        {"the head and no more",
         s,
         {sends("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"), sends(yes)},
         says("Yes.").after_pauses(once)},
        {"silence before the first byte", s, {stalls_after(""), sends(yes)}, says("Yes.").after_pauses(once)},
        {"silence after the head", s, {stalls_after(event_stream("")), sends(yes)}, says("Yes.").after_pauses(once)},
        {"silence always", s, std::vector<MockScript>(5, stalls_after("")), fails(FailureKind::connection).after_pauses(twice)},
        {"silence within a word",
         s,
         {stalls_after(event_stream(begun(s) + "data: {\"ch"))},
         fails(FailureKind::connection).after_content()},
        {"silence after the finish", s, {stalls_after(event_stream(finished(s)))}, says("Yes.")},
        {"comments while it thinks", s, {keeps_alive(answer(s))}, says("Yes.")},
        {"an error whose body stalls", s,
         std::vector<MockScript>(3, stalls_after("HTTP/1.1 401 No\r\ncontent-length: 50\r\n\r\n{")), fails(FailureKind::key)},
    };
}

std::vector<Scenario> of_wishes(Speaks s)
{
    const MockScript good = sends(event_stream(answer(s)));
    const auto wish = [](const std::string &headers) { return sends(http_answer(429, "", headers)); };
    const std::string now = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    return {
        {"retry-after of 0.2 s", s, {wish("retry-after: 0.2\r\n"), good}, says("Yes.").after_pauses({0.2})},
        {"retry-after-ms of 1500",
         s,
         {wish("retry-after-ms: 1500\r\nretry-after: 9\r\n"), good},
         says("Yes.").after_pauses({1.5})},
        {"retry-after of a date in 20 s",
         s,
         {wish(now + "retry-after: Sun, 06 Nov 1994 08:49:57 GMT\r\n"), good},
         says("Yes.").after_pauses({20})},
        {"retry-after of a date that is past",
         s,
         {wish(now + "retry-after: Sun, 06 Nov 1994 08:49:17 GMT\r\n"), good},
         says("Yes.").after_pauses({0.5})},
        {"retry-after of an hour", s, {wish("retry-after: 3600\r\n")}, fails(FailureKind::rate)},
        {"retry-after that makes no sense", s, {wish("retry-after: soon\r\n"), good}, says("Yes.").after_pauses({0.5})},
        {"retry-after that is negative", s, {wish("retry-after: -5\r\n"), good}, says("Yes.").after_pauses({0.5})},
        {"retry-after of 50 s", s, {wish("retry-after: 50\r\n"), good}, says("Yes.").after_pauses({50})},
        {"retry-after of 100 s",
         s,
         {wish("retry-after: 100\r\n"), good},
         s == Speaks::openai ? says("Yes.").after_pauses({100}) : fails(FailureKind::rate)}, // its SDKs wait 120 and 60 s at most
    };
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all = [] {
        std::vector<Scenario> result;
        for (const auto &part : {of_endings, of_losses, of_wishes})
            for (const Speaks speaks : {Speaks::openai, Speaks::anthropic})
                result = joined(result, part(speaks));
        return result;
    }();
    return all;
}

} // namespace

class TestLlmScenariosConnections final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_through_or_says_why_not_data() { add_rows(scenarios()); }
    void comes_through_or_says_why_not();
};

void TestLlmScenariosConnections::comes_through_or_says_why_not()
{
    QFETCH(int, row);
    const std::string wrong = objection_to_run(scenarios()[static_cast<std::size_t>(row)]);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

QTEST_APPLESS_MAIN(TestLlmScenariosConnections)
#include "test_llm_scenarios_connections.moc"
