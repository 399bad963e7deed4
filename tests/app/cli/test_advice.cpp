// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/advice.h"

#include "app/cli/input_lines.h"

#include <QtTest>

#include <array>
#include <chrono>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace {

/// Both ends of a pipe. What is written comes out of `lines`.
class Pipe {
public:
    Pipe()
    {
        if (::pipe(ends_.data()) != 0)
            qFatal("There is no pipe.");
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;
    ~Pipe()
    {
        close();
        ::close(ends_[0]);
    }

    [[nodiscard]] int reading_end() const { return ends_[0]; }
    /// Waits where the pipe is full.
    void write(std::string_view bytes) const
    {
        while (!bytes.empty()) {
            const ssize_t count = ::write(ends_[1], bytes.data(), bytes.size());
            if (count <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void close()
    {
        if (ends_[1] >= 0)
            ::close(ends_[1]);
        ends_[1] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

/// All lines of an input that ends.
std::vector<std::string> lines_of(std::string_view bytes)
{
    Pipe pipe;
    std::jthread writer([&] {
        pipe.write(bytes);
        pipe.close();
    });
    ca::InputLines lines(pipe.reading_end());
    std::vector<std::string> all;
    while (auto line = lines.next({}))
        all.push_back(std::move(*line));
    std::array<char, 4096> rest{};
    while (::read(pipe.reading_end(), rest.data(), rest.size()) > 0) { } // so that all can be written
    return all;
}

using Lines = std::vector<std::string>;

} // namespace

class TestAdvice final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_a_budget();
    void keeps_what_is_not_named();
    void refuses_what_is_no_budget_data();
    void refuses_what_is_no_budget();
    void strikes_through_what_nothing_proves();
    void reads_lines();
    void joins_lines_that_come_in_pieces();
    void ends_at_a_line_of_five_mebibytes();
    void ends_when_it_is_stopped();
    void reads_what_is_there_before_it_waits();
};

void TestAdvice::reads_a_budget()
{
    const auto budget = ca::parse_budget("trials=12,minutes=7.5,tokens=200000,dollars=0.25", {});
    QVERIFY(budget);
    QCOMPARE(budget->trials, std::size_t{12});
    QCOMPARE(budget->minutes, 7.5);
    QCOMPARE(budget->tokens, std::optional<std::int64_t>(200000));
    QCOMPARE(budget->money, std::optional<double>(0.25));
}

void TestAdvice::keeps_what_is_not_named()
{
    const ca::Budget before{9, 3, {}, {}};
    const auto same = ca::parse_budget("", before);
    QVERIFY(same && same->trials == 9 && same->minutes == 3 && !same->tokens && !same->money);
    const auto one = ca::parse_budget("minutes=0", before);
    QVERIFY(one && one->trials == 9 && one->minutes == 0);
}

void TestAdvice::refuses_what_is_no_budget_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::addRow("another word") << "trials=4,beers=2"
                                  << "beers";
    QTest::addRow("no number") << "trials=many"
                               << "trials=many";
    QTest::addRow("no value") << "trials"
                              << "trials=";
    QTest::addRow("below 0") << "minutes=-1"
                             << "minutes=-1";
    QTest::addRow("no end") << "minutes=inf"
                            << "minutes=inf";
    QTest::addRow("nan") << "dollars=nan"
                         << "dollars=nan";
    QTest::addRow("more after it") << "tokens=5k"
                                   << "tokens=5k";
    QTest::addRow("two at once") << "trials=4=5"
                                 << "4=5";
    QTest::addRow("half a trial") << "trials=2.5"
                                  << "trials=2.5";
    QTest::addRow("half a token") << "tokens=0.5"
                                  << "tokens=0.5";
    QTest::addRow("an empty part") << "trials=4,,minutes=3"
                                   << "--yes-budget";
    QTest::addRow("control characters") << QStringLiteral("tri\x1b[31mals=4") << "--yes-budget";
}

void TestAdvice::refuses_what_is_no_budget()
{
    QFETCH(QString, text);
    QFETCH(QString, says);
    const auto budget = ca::parse_budget(text.toStdString(), {});
    QVERIFY(!budget);
    QCOMPARE(budget.error().code, ca::ErrorCode::usage);
    const QString sentence = QString::fromStdString(budget.error().text());
    QVERIFY2(sentence.contains(says) && sentence.endsWith(QLatin1Char('.')), qPrintable(sentence));
    QVERIFY(!sentence.contains(QLatin1Char('\x1b')));
}

void TestAdvice::strikes_through_what_nothing_proves()
{
    std::ostringstream out, err;
    const ca::Console console(ca::Streams{out, err, 0, {}}, ca::Arguments());
    ca::ConsoleTranscript transcript(console);
    using Kind = ca::TextSpan::Kind;
    transcript.turn_ended({},
                          {{Kind::plain, "T2 has "},
                           {Kind::figure, "88.4 %", "T2/selection/top1"},
                           {Kind::plain, " and "},
                           {Kind::unproved, "7 MB"},
                           {Kind::plain, "."}});
    QCOMPARE(QByteArray::fromStdString(err.str()), QByteArray("Advisor: T2 has 88.4 % and ~~7 MB~~.\n"));
    QVERIFY(out.str().empty()); // results alone go there
}

void TestAdvice::reads_lines()
{
    QCOMPARE(lines_of("one\ntwo\r\n\nthree\n"), (Lines{"one", "two", "", "three"}));
    QCOMPARE(lines_of("a last line without an end"), Lines{"a last line without an end"});
    QCOMPARE(lines_of("one\nlast\r"), (Lines{"one", "last"}));
    QCOMPARE(lines_of(""), Lines{});
    QCOMPARE(lines_of("\n"), Lines{""});
    QCOMPARE(lines_of(std::string_view("a\0b\n", 4)), Lines{std::string("a\0b", 3)});
}

void TestAdvice::joins_lines_that_come_in_pieces()
{
    Pipe pipe;
    const std::string text = "first\r\nsecond, \xC3\xA4\nthird\n"; // and a character is cut
    std::jthread writer([&] {
        for (const char byte : text) {
            pipe.write({&byte, 1});
            std::this_thread::yield();
        }
        pipe.close();
    });
    ca::InputLines lines(pipe.reading_end());
    for (const char *expected : {"first", "second, \xC3\xA4", "third"})
        QCOMPARE(lines.next({}), std::optional<std::string>(expected));
    QVERIFY(!lines.next({}));
    QVERIFY(!lines.next({})); // and stays so
}

void TestAdvice::ends_at_a_line_of_five_mebibytes()
{
    const std::string longest(ca::InputLines::kMostBytes, 'a'), too_long(5u << 20, 'b');
    const Lines read = lines_of(longest + "\n" + too_long + "\nafter\n");
    QCOMPARE(read.size(), std::size_t{1});
    QVERIFY(read[0] == longest);
}

void TestAdvice::ends_when_it_is_stopped()
{
    const Pipe pipe; // nothing comes, and its other end stays open
    std::stop_source stop;
    std::optional<std::string> line = "not ended";
    {
        const std::jthread reader([&] { line = ca::InputLines(pipe.reading_end()).next(stop.get_token()); });
        pipe.write("half a line");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        stop.request_stop();
    }
    QVERIFY(!line);
}

void TestAdvice::reads_what_is_there_before_it_waits()
{
    const Pipe pipe;
    pipe.write("one\ntwo\n");
    ca::InputLines lines(pipe.reading_end());
    QCOMPARE(lines.next({}), std::optional<std::string>("one"));
    QCOMPARE(lines.next({}), std::optional<std::string>("two"));
}

QTEST_APPLESS_MAIN(TestAdvice)
#include "test_advice.moc"
