// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/machine_load.h"

#include <QtTest>

#include <cmath>

namespace {

constexpr std::string_view kStat = "cpu  400 20 60 9000 50 4 6 10 5 0\n"
                                   "cpu0 100 10 20 4000 30 1 2 3 5 0\n"
                                   "cpu1 200 10 30 3000 10 2 3 4 0 0\n"
                                   "cpu11 100 0 10 2000 10 1 1 3 0 0\n"
                                   "intr 123456 0 0\n";

} // namespace

class TestMachineLoad final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void adds_up_the_cores_that_are_asked_for();
    void knows_nothing_of_cores_that_are_not_told_of();
    void takes_its_own_work_off();
    void says_nothing_of_readings_that_are_too_close();
    void warns_above_a_quarter_of_a_core();
    void sees_its_own_work_on_this_machine();
};

void TestMachineLoad::adds_up_the_cores_that_are_asked_for()
{
    // user + nice + system + irq + softirq + steal, by hand: 136, 249 and 115.
    QCOMPARE(*ca::busy_ticks(kStat, {0}), 136.0);
    QCOMPARE(*ca::busy_ticks(kStat, {0, 1}), 385.0);
    QCOMPARE(*ca::busy_ticks(kStat, {11}), 115.0);
}

void TestMachineLoad::knows_nothing_of_cores_that_are_not_told_of()
{
    QVERIFY(!ca::busy_ticks(kStat, {0, 2}));
    QVERIFY(!ca::busy_ticks(kStat, {}));
    QVERIFY(!ca::busy_ticks("", {0}));
    QVERIFY(!ca::busy_ticks("cpu0 100 10 20\n", {0}));
}

void TestMachineLoad::takes_its_own_work_off()
{
    // In 10 s two cores were busy for 17 s, 4 s of them with this process: 13 s of others, 1.3 cores.
    const ca::CoreTimes before{100, 50, 3, 2}, after{110, 67, 7, 2};
    QVERIFY(std::abs(*ca::cores_of_others(before, after) - 1.3) < 1e-9);
    // Ticks are coarser than a process's own clock.
    QCOMPARE(*ca::cores_of_others(before, {110, 53.99, 7, 2}), 0.0);
}

void TestMachineLoad::says_nothing_of_readings_that_are_too_close()
{
    QVERIFY(!ca::cores_of_others({100, 50, 3, 2}, {100.1, 50.2, 3, 2}));
    QVERIFY(!ca::load_warning({100, 50, 3, 2}, {100.1, 50.2, 3, 2}));
}

void TestMachineLoad::warns_above_a_quarter_of_a_core()
{
    QCOMPARE(*ca::load_warning({100, 50, 3, 2}, {110, 67, 7, 2}),
             std::string("Another process is using the cores (about 1.3 of 2 were busy with other work); times may be too long. "
                         "Close other programs and measure again."));
    QVERIFY(!ca::load_warning({0, 0, 0, 2}, {10, 12.5, 10, 2}));
    QVERIFY(ca::load_warning({0, 0, 0, 2}, {10, 12.6, 10, 2}));
}

void TestMachineLoad::sees_its_own_work_on_this_machine()
{
    const auto before = ca::read_core_times();
    if (!before)
        QSKIP("This system does not tell what its cores do.");
    volatile unsigned work = 0;
    for (QElapsedTimer timer =
             [] {
                 QElapsedTimer started;
                 started.start();
                 return started;
             }();
         timer.elapsed() < 300;)
        work = work + 1;
    const auto after = ca::read_core_times();
    QVERIFY(after && after->cores >= 1);
    QVERIFY(after->clock - before->clock >= 0.3);
    QVERIFY(after->own > before->own);
    QVERIFY(after->busy - before->busy > 0.02); // this thread ran for some ticks at least, however full the machine is
}

QTEST_APPLESS_MAIN(TestMachineLoad)
#include "test_machine_load.moc"
