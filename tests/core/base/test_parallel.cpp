// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <QtTest>

#include <sched.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using ca::ErrorCode;
using ca::Status;

class TestParallel final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void calls_each_once_data();
    void calls_each_once();
    void uses_no_more_threads_than_asked();
    void returns_the_first_error_and_starts_no_more();
    void a_stop_keeps_further_calls_from_starting();
    void one_core_is_one_thread();
};

void TestParallel::calls_each_once_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("threads");
    QTest::newRow("nothing") << 0 << 4;
    QTest::newRow("one") << 1 << 4;
    QTest::newRow("in turn") << 1000 << 1;
    QTest::newRow("side by side") << 1000 << 4;
    QTest::newRow("one thread a core") << 1000 << 0;
}

void TestParallel::calls_each_once()
{
    QFETCH(int, count);
    QFETCH(int, threads);
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    const auto done = ca::parallel_for(calls.size(), threads, {}, [&](std::size_t i) -> Status {
        ++calls.at(i);
        return {};
    });
    QVERIFY(done);
    for (const auto &call : calls)
        QCOMPARE(call.load(), 1);
}

void TestParallel::uses_no_more_threads_than_asked()
{
    std::mutex mutex;
    std::set<std::thread::id> threads;
    const auto done = ca::parallel_for(50, 3, {}, [&](std::size_t) -> Status {
        {
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return {};
    });
    QVERIFY(done);
    QCOMPARE(threads.size(), std::size_t(3)); // 2 ms are long enough for each to take its share
}

void TestParallel::returns_the_first_error_and_starts_no_more()
{
    int calls = 0;
    const auto done = ca::parallel_for(100, 1, {}, [&](std::size_t i) -> Status {
        ++calls;
        return i == 7 ? Status(ca::fail(ErrorCode::bad_data, "Image 7 is broken.")) : Status();
    });
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::bad_data);
    QCOMPARE(done.error().text(), std::string("Image 7 is broken."));
    QCOMPARE(calls, 8);
}

void TestParallel::a_stop_keeps_further_calls_from_starting()
{
    std::stop_source stop;
    int calls = 0;
    const auto done = ca::parallel_for(100, 1, stop.get_token(), [&](std::size_t i) -> Status {
        ++calls;
        if (i == 4)
            stop.request_stop();
        return {};
    });
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::cancelled);
    QCOMPARE(calls, 5);
}

void TestParallel::one_core_is_one_thread()
{
    cpu_set_t before;
    QCOMPARE(sched_getaffinity(0, sizeof before, &before), 0);
    QCOMPARE(ca::default_threads(), CPU_COUNT(&before));
    int core = 0;
    while (!CPU_ISSET(core, &before))
        ++core;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    QCOMPARE(sched_setaffinity(0, sizeof one, &one), 0);
    const int threads = ca::default_threads();
    QCOMPARE(sched_setaffinity(0, sizeof before, &before), 0);
    QCOMPARE(threads, 1);
}

QTEST_APPLESS_MAIN(TestParallel)
#include "test_parallel.moc"
