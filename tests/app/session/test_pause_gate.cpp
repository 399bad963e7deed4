// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/pause_gate.h"

#include <QtTest>

#include <atomic>
#include <thread>

class TestPauseGate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_open_gate_keeps_nobody();
    void a_closed_gate_waits_until_it_is_opened();
    void a_stop_ends_the_wait();
    void nobody_waits_where_a_stop_was_requested();
    void one_gate_serves_many_times();
    void opening_while_the_wait_is_told_is_not_missed();
};

namespace {

/// A thread that passes the gate.
struct Runner {
    std::atomic<bool> waits = false, passed = false;
    std::stop_source stop;
    std::thread thread;

    explicit Runner(ca::PauseGate &gate)
        : thread([this, &gate] {
              gate.pass(stop.get_token(), [this] { waits = true; });
              passed = true;
          })
    {
    }
    ~Runner()
    {
        stop.request_stop(); // a test that failed ends, too
        thread.join();
    }
    Q_DISABLE_COPY_MOVE(Runner)
};

constexpr int kLong = 30'000; // milliseconds: a busy machine

} // namespace

void TestPauseGate::an_open_gate_keeps_nobody()
{
    ca::PauseGate gate;
    QVERIFY(!gate.is_closed());
    bool waited = false;
    gate.pass({}, [&] { waited = true; });
    QVERIFY(!waited);
}

void TestPauseGate::a_closed_gate_waits_until_it_is_opened()
{
    ca::PauseGate gate;
    gate.close();
    Runner runner(gate);
    QTRY_VERIFY_WITH_TIMEOUT(runner.waits.load(), kLong);
    QTest::qSleep(20);
    QVERIFY(!runner.passed);
    gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(runner.passed.load(), kLong);
}

void TestPauseGate::a_stop_ends_the_wait()
{
    ca::PauseGate gate;
    gate.close();
    Runner runner(gate);
    QTRY_VERIFY_WITH_TIMEOUT(runner.waits.load(), kLong);
    runner.stop.request_stop();
    QTRY_VERIFY_WITH_TIMEOUT(runner.passed.load(), kLong);
    QVERIFY(gate.is_closed());
}

void TestPauseGate::nobody_waits_where_a_stop_was_requested()
{
    ca::PauseGate gate;
    gate.close();
    std::stop_source stop;
    stop.request_stop();
    bool waited = false;
    gate.pass(stop.get_token(), [&] { waited = true; });
    QVERIFY(!waited);
}

void TestPauseGate::one_gate_serves_many_times()
{
    ca::PauseGate gate;
    for (int time = 0; time < 50; ++time) {
        gate.close();
        Runner runner(gate);
        if (time % 2 == 0)
            QTRY_VERIFY_WITH_TIMEOUT(runner.waits.load(), kLong);
        gate.open(); // whether it waits already or not
        QTRY_VERIFY_WITH_TIMEOUT(runner.passed.load(), kLong);
    }
}

void TestPauseGate::opening_while_the_wait_is_told_is_not_missed()
{
    ca::PauseGate gate;
    gate.close();
    gate.pass({}, [&] { gate.open(); }); // returns, or the test hangs
    QVERIFY(!gate.is_closed());
}

QTEST_GUILESS_MAIN(TestPauseGate)
#include "test_pause_gate.moc"
