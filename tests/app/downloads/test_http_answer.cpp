// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/http_answer.h"
#include "app/downloads/transfer_rate.h"

#include <QtTest>

using namespace std::chrono_literals;

class TestHttpAnswer final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_ranges_as_the_standard_says_data();
    void reads_ranges_as_the_standard_says();
    void asks_conditionally_by_the_strongest_mark();
    void goes_nowhere_insecure();
    void a_rate_is_of_the_last_seconds();

private:
    static ca::Asked asked()
    {
        return {{"w.bin", "https://example.com/w.bin", 1000, "00"}, 400, {"https://example.com/w.bin", "\"a\"", {}, 1000}};
    }
};

void TestHttpAnswer::reads_ranges_as_the_standard_says_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("range");
    QTest::addColumn<int>("verdict");
    const auto row = [](int status, const char *range, ca::Verdict verdict) {
        QTest::addRow("%d %s", status, range) << status << QString::fromUtf8(range) << int(verdict);
    };
    row(206, "bytes 400-999/1000", ca::Verdict::append);
    row(206, "bytes 400-999/*", ca::Verdict::append);
    row(206, "bytes 400-499/1000", ca::Verdict::append);
    for (const char *range :
         {"", "bytes", "bytes 400-999", "bytes 401-999/1000", "bytes 0-999/1000", "bytes 400-1000/1000", "bytes 400-399/1000",
          "bytes 400-999/1001", "bytes */1000", "bytes -400-999/1000", "bytes 400-/1000", "octets 400-999/1000",
          "bytes 400-999/99999999999999999999", "bytes 400-999/1000 "})
        row(206, range,
            std::string_view(range) == "bytes 400-999/99999999999999999999" || std::string_view(range) == "bytes 400-999/1000 "
                ? ca::Verdict::append // a total that is no number is none
                : ca::Verdict::ask_whole);
    row(416, "bytes */1000", ca::Verdict::ask_whole);
    row(416, "", ca::Verdict::ask_whole);
    row(200, "", ca::Verdict::from_start);
    row(500, "", ca::Verdict::retry);
    row(404, "", ca::Verdict::give_up);
    row(204, "", ca::Verdict::give_up);
}

void TestHttpAnswer::reads_ranges_as_the_standard_says()
{
    QFETCH(int, status);
    QFETCH(QString, range);
    QFETCH(int, verdict);
    ca::AnswerHead head;
    head.status = status;
    head.content_range = range.toStdString();
    const auto answer = ca::judge(head, asked());
    QCOMPARE(int(answer.verdict), verdict);
    const bool says_why = answer.verdict == ca::Verdict::ask_whole || answer.verdict == ca::Verdict::retry
        || answer.verdict == ca::Verdict::give_up;
    QCOMPARE(answer.why.empty(), !says_why);

    auto whole = asked();
    whole.offset = 1000;
    head.status = 416;
    head.content_range = "bytes */1000";
    QCOMPARE(ca::judge(head, whole).verdict, ca::Verdict::complete);
    head.status = 206;
    head.content_range = "bytes 400-999/1000";
    head.etag = "\"b\"";
    QCOMPARE(ca::judge(head, asked()).verdict, ca::Verdict::ask_whole);
}

void TestHttpAnswer::asks_conditionally_by_the_strongest_mark()
{
    const std::string date = "Wed, 21 Oct 2015 07:28:00 GMT";
    QCOMPARE(ca::if_range({"", "\"a\"", date, 0}), std::string("\"a\""));
    QCOMPARE(ca::if_range({"", "W/\"a\"", date, 0}), date);
    QCOMPARE(ca::if_range({"", "", date, 0}), date);
    QCOMPARE(ca::if_range({"", "W/\"a\"", "", 0}), std::string());
}

void TestHttpAnswer::goes_nowhere_insecure()
{
    const QUrl secure(QStringLiteral("https://example.com/a"));
    const QUrl here(QStringLiteral("http://127.0.0.1:8080/a"));
    QVERIFY(ca::may_ask(secure));
    QVERIFY(ca::may_ask(here));
    QVERIFY(ca::may_ask(QUrl(QStringLiteral("http://[::1]/a"))));
    for (const char *url : {"http://example.com/a", "http://127.0.0.1.example.com/a", "http://localhost.example.com/",
                            "ftp://127.0.0.1/a", "file:///etc/passwd", "data:,x", "", "http:///a"})
        QVERIFY2(!ca::may_ask(QUrl(QString::fromLatin1(url))), url);
    QVERIFY(ca::may_redirect(secure, QUrl(QStringLiteral("https://other.example.com/b"))));
    QVERIFY(ca::may_redirect(here, secure));
    QVERIFY(ca::may_redirect(here, here));
    QVERIFY(!ca::may_redirect(secure, here)); // down to http, if only to this machine
}

void TestHttpAnswer::a_rate_is_of_the_last_seconds()
{
    ca::TransferRate rate;
    ca::TransferRate::Clock::time_point now{};
    rate.add(1000, now);
    QCOMPARE(rate.per_second(), 0.0);
    for (int i = 0; i < 10; ++i)
        rate.add(1000, now += 500ms);
    QCOMPARE(rate.per_second(), 2000.0);
    for (int i = 0; i < 20; ++i)
        rate.add(500, now += 500ms);
    QCOMPARE(rate.per_second(), 1000.0);
}

QTEST_APPLESS_MAIN(TestHttpAnswer)
#include "test_http_answer.moc"
