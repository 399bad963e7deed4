// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/sse.h"

#include <QtTest>

using namespace std::string_literals;

Q_DECLARE_METATYPE(std::string)
using Events = std::vector<ca::SseEvent>;
Q_DECLARE_METATYPE(Events)

namespace {

struct Heard {
    Events events;
    std::optional<ca::SseEvent> rest;
    bool failed = false;
};

Heard heard(const std::vector<std::string_view> &pieces)
{
    Heard result;
    ca::SseDecoder decoder;
    for (const std::string_view piece : pieces) {
        const auto fed = decoder.feed(piece, [&](const ca::SseEvent &event) {
            result.events.push_back(event);
            return ca::ChatResult<void>();
        });
        result.failed = result.failed || !fed;
    }
    if (!result.failed)
        result.rest = decoder.rest();
    return result;
}

} // namespace

class TestSse final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cuts_a_stream_into_events_data();
    void cuts_a_stream_into_events();
    void gives_the_event_that_was_begun_data();
    void gives_the_event_that_was_begun();
    void stops_where_its_listener_does();
    void reads_lines_of_four_mebibytes_and_no_longer();
    void reads_thirty_two_mebibytes_and_no_more();
};

void TestSse::cuts_a_stream_into_events_data()
{
    QTest::addColumn<std::string>("stream");
    QTest::addColumn<Events>("events");
    const auto add = [](const char *name, std::string stream, Events events) { QTest::newRow(name) << stream << events; };
    // The examples of WHATWG HTML, section 9.2.6.
    add("stocks", "data: YHOO\ndata: +2\ndata: 10\n\n", {{"", "YHOO\n+2\n10"}});
    add("four blocks", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        {{"", "first event"}, {"", "second event"}, {"", " third event"}});
    add("two events and a half", "data\n\ndata\ndata\n\ndata:", {{"", ""}, {"", "\n"}});
    add("the same twice", "data:test\n\ndata: test\n\n", {{"", "test"}, {"", "test"}});
    // What else the section says.
    add("nothing", "", {});
    add("carriage returns", "data: a\rdata: b\r\rdata: c\r\r", {{"", "a\nb"}, {"", "c"}});
    add("both", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", {{"", "a\nb"}, {"", "c"}});
    add("mixed", "data: a\r\n\ndata: b\n\rdata: c\r\r\n", {{"", "a"}, {"", "b"}, {"", "c"}});
    add("a byte order mark",
        "\xEF\xBB\xBF"
        "data: a\n\n",
        {{"", "a"}});
    add("a byte order mark later on",
        "data: a\n\n\xEF\xBB\xBF"
        "data: b\n\n",
        {{"", "a"}});
    add("names", "event: ping\ndata: a\n\ndata: b\n\n", {{"ping", "a"}, {"", "b"}});
    add("the last name counts", "event: x\nevent:ping\ndata: a\n\n", {{"ping", "a"}});
    add("a name without data", "event: ping\n\ndata: a\n\n", {{"", "a"}});
    add("one space comes off", "data:  a \n\n", {{"", " a "}});
    add("a colon in the data", "data: a: b\n\n", {{"", "a: b"}});
    add("comments", ":\n: data: no\ndata: a\n:x\n\n", {{"", "a"}});
    add("unknown fields", "foo: bar\nDATA: no\n data: no\ndata: a\ndatas: no\n\n", {{"", "a"}});
    add("an id with NUL and a retry that is none", "id: a\0b\nretry: soon\ndata: a\nretry: 3\n\n"s, {{"", "a"}});
    add("NUL in the data", "data: a\0b\n\n"s, {{"", "a\0b"s}});
    add("many blank lines", "\n\n\r\n\rdata: a\n\n\n\n", {{"", "a"}});
    add("characters of four bytes", "data: \xF0\x9F\x98\x80\n\n", {{"", "\xF0\x9F\x98\x80"}});
}

void TestSse::cuts_a_stream_into_events()
{
    QFETCH(std::string, stream);
    QFETCH(Events, events);
    QCOMPARE(heard({stream}).events, events);
    const std::string_view bytes = stream;
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        QCOMPARE(heard({bytes.substr(0, at), bytes.substr(at)}).events, events);
        single.push_back(bytes.substr(at, 1));
    }
    QCOMPARE(heard(single).events, events);
}

void TestSse::gives_the_event_that_was_begun_data()
{
    QTest::addColumn<std::string>("stream");
    QTest::addColumn<Events>("rest");
    QTest::newRow("nothing") << ""s << Events{};
    QTest::newRow("an event that ended") << "data: a\n\n"s << Events{};
    QTest::newRow("a line that ended") << "event: x\ndata: a\n"s << Events{{"x", "a"}};
    QTest::newRow("a line that did not") << "data: a\ndata: b"s << Events{{"", "a\nb"}};
    QTest::newRow("no data") << "event: x\ndat"s << Events{};
}

void TestSse::gives_the_event_that_was_begun()
{
    QFETCH(std::string, stream);
    QFETCH(Events, rest);
    const auto given = heard({stream}).rest;
    QCOMPARE(given ? Events{*given} : Events{}, rest);
}

void TestSse::stops_where_its_listener_does()
{
    ca::SseDecoder decoder;
    int events = 0;
    const auto fed = decoder.feed("data: a\n\ndata: b\n\n", [&](const ca::SseEvent &) -> ca::ChatResult<void> {
        ++events;
        return tl::unexpected<ca::ChatFailure>(ca::ChatFailure{ca::FailureKind::server, "No."});
    });
    QVERIFY(!fed);
    QCOMPARE(fed.error().sentence, "No."s);
    QCOMPARE(events, 1);
}

void TestSse::reads_lines_of_four_mebibytes_and_no_longer()
{
    const std::string longest = "data: " + std::string((4u << 20) - 6, 'x');
    QCOMPARE(heard({longest, "\n\n"}).events.size(), std::size_t(1));
    QVERIFY(heard({longest + "x\n\n"}).failed);
    QVERIFY(heard({longest, "x"}).failed);
    QVERIFY(!heard({longest, "\n", longest, "\n\n"}).failed);
}

void TestSse::reads_thirty_two_mebibytes_and_no_more()
{
    const std::string mebibyte = std::string((1u << 20) - 1, ':') + "\n";
    std::vector<std::string_view> pieces(32, mebibyte);
    QVERIFY(!heard(pieces).failed);
    pieces.push_back("\n");
    QVERIFY(heard(pieces).failed);
}

QTEST_APPLESS_MAIN(TestSse)
#include "test_sse.moc"
