// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/retry.h"

#include <QtTest>

using ca::FailureKind;

namespace {

ca::ChatFailure failure(FailureKind kind)
{
    return {kind, "No."};
}

constexpr ca::RetryRule kLocal{120, true};

} // namespace

class TestRetry final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void waits_by_the_law_data();
    void waits_by_the_law();
    void tries_again_only_where_that_may_help_data();
    void tries_again_only_where_that_may_help();
    void waits_as_long_as_it_is_asked_to();
    void waits_for_nobody_too_long();
    void does_what_the_server_says();
    void never_repeats_what_was_shown();
    void asks_once_more_where_an_answer_was_none();
};

/// min(0.5 * 2^n, 8) * (1 - 0.25 * random), by hand.
void TestRetry::waits_by_the_law_data()
{
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<bool>("local");
    QTest::addColumn<int>("retries");
    QTest::addColumn<double>("random");
    QTest::addColumn<double>("seconds");
    const auto add = [](const char *name, FailureKind kind, bool local, int retries, double random, double seconds) {
        QTest::newRow(name) << kind << local << retries << random << seconds;
    };
    add("first", FailureKind::server, false, 0, 0.0, 0.5);
    add("first, shortened", FailureKind::server, false, 0, 1.0, 0.375);
    add("first, in between", FailureKind::rate, false, 0, 0.4, 0.45);
    add("second", FailureKind::connection, false, 1, 0.0, 1);
    add("second, shortened", FailureKind::busy, true, 1, 1.0, 0.75);
    add("overloaded", FailureKind::overloaded, false, 0, 0.0, 2);
    add("overloaded, second", FailureKind::overloaded, false, 1, 0.0, 4);
    add("loading a model", FailureKind::overloaded, true, 0, 0.0, 4);
    add("loading a model, second", FailureKind::overloaded, true, 1, 1.0, 6);
    add("a number out of bounds", FailureKind::server, false, 0, 7.0, 0.375);
}

void TestRetry::waits_by_the_law()
{
    QFETCH(FailureKind, kind);
    QFETCH(bool, local);
    QFETCH(int, retries);
    QFETCH(double, random);
    QFETCH(double, seconds);
    const ca::RetryRule rule{120, local};
    const auto delay = ca::retry_delay(failure(kind), retries, random, rule);
    QVERIFY(delay);
    QCOMPARE(*delay, seconds);
    QVERIFY(!ca::retry_delay(failure(kind), 2, random, rule));
}

void TestRetry::tries_again_only_where_that_may_help_data()
{
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<bool>("again");
    QTest::newRow("cancelled") << FailureKind::cancelled << false;
    QTest::newRow("connection") << FailureKind::connection << true;
    QTest::newRow("bad request") << FailureKind::bad_request << false;
    QTest::newRow("key") << FailureKind::key << false;
    QTest::newRow("billing") << FailureKind::billing << false;
    QTest::newRow("permission") << FailureKind::permission << false;
    QTest::newRow("not found") << FailureKind::not_found << false;
    QTest::newRow("too large") << FailureKind::too_large << false;
    QTest::newRow("context full") << FailureKind::context_full << false;
    QTest::newRow("busy") << FailureKind::busy << true;
    QTest::newRow("rate") << FailureKind::rate << true;
    QTest::newRow("overloaded") << FailureKind::overloaded << true;
    QTest::newRow("server") << FailureKind::server << true;
    QTest::newRow("bad answer") << FailureKind::bad_answer << false;
}

/// Whatever the server asks for.
void TestRetry::tries_again_only_where_that_may_help()
{
    QFETCH(FailureKind, kind);
    QFETCH(bool, again);
    ca::ChatFailure given = failure(kind);
    QCOMPARE(ca::retry_delay(given, 0, 0.5).has_value(), again);
    given.retry_after = 1;
    QCOMPARE(ca::retry_delay(given, 0, 0.5).has_value(), again);
    if (kind == FailureKind::bad_answer)
        return;
    given.should_retry = true;
    QCOMPARE(ca::retry_delay(given, 0, 0.5, kLocal).has_value(), again);
}

void TestRetry::waits_as_long_as_it_is_asked_to()
{
    ca::ChatFailure given = failure(FailureKind::rate);
    for (const double seconds : {0.2, 7.0, 60.0, 120.0}) {
        given.retry_after = seconds;
        QCOMPARE(ca::retry_delay(given, 0, 1.0), std::optional<double>(seconds));
        QCOMPARE(ca::retry_delay(given, 1, 0.0), std::optional<double>(seconds));
    }
    QVERIFY(!ca::retry_delay(given, 2, 0.0));
}

void TestRetry::waits_for_nobody_too_long()
{
    ca::ChatFailure given = failure(FailureKind::rate);
    given.retry_after = 60.5;
    QVERIFY(ca::retry_delay(given, 0, 0, {120, false}));
    QVERIFY(!ca::retry_delay(given, 0, 0, {60, false}));
    given.retry_after = 3600;
    QVERIFY(!ca::retry_delay(given, 0, 0, {120, false}));
}

void TestRetry::does_what_the_server_says()
{
    ca::ChatFailure given = failure(FailureKind::server);
    given.should_retry = false;
    QVERIFY(!ca::retry_delay(given, 0, 0));
    given.should_retry = true;
    QVERIFY(ca::retry_delay(given, 0, 0));
}

void TestRetry::never_repeats_what_was_shown()
{
    for (const auto kind : {FailureKind::connection, FailureKind::server, FailureKind::overloaded, FailureKind::rate}) {
        ca::ChatFailure given = failure(kind);
        given.after_content = true;
        given.should_retry = true;
        QVERIFY(!ca::retry_delay(given, 0, 0));
    }
}

void TestRetry::asks_once_more_where_an_answer_was_none()
{
    ca::ChatFailure given = failure(FailureKind::bad_answer);
    given.should_retry = true;
    QCOMPARE(ca::retry_delay(given, 0, 0), std::optional<double>(0.5));
    QVERIFY(!ca::retry_delay(given, 1, 0));
}

QTEST_APPLESS_MAIN(TestRetry)
#include "test_retry.moc"
