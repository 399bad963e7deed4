// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/progress.h"

#include <QtTest>

#include <thread>
#include <vector>

using namespace std::chrono_literals;
using Reports = std::vector<ca::ProgressReport>;

namespace {

ca::Progress into(Reports &reports, std::chrono::milliseconds interval)
{
    return ca::Progress([&reports](const ca::ProgressReport &report) { reports.push_back(report); }, interval);
}

} // namespace

class TestProgress final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_default_one_reports_nowhere();
    void hands_on_the_first_and_the_last_of_a_stage();
    void hands_on_at_most_one_an_interval();
    void without_an_interval_hands_on_each();
    void guesses_from_the_pace_so_far();
    void does_not_count_what_was_done_before();
    void does_not_guess_without_ground();
    void a_new_stage_starts_its_clock_anew();
    void puts_prefixes_before_the_stage();
    void is_safe_from_several_threads();
};

void TestProgress::a_default_one_reports_nowhere()
{
    ca::Progress().report("Scanning", 1, 2);
    ca::Progress().with_prefix("T3: ").report("Scanning", 1, 2);
    ca::Progress(ca::Progress::Sink()).report("Scanning", 1, 2);
}

void TestProgress::hands_on_the_first_and_the_last_of_a_stage()
{
    Reports reports;
    const auto progress = into(reports, 1h);
    for (std::uint64_t i = 1; i <= 1000; ++i)
        progress.report("Scanning", i, 1000);
    for (std::uint64_t i = 1; i <= 10; ++i)
        progress.report("Writing", i, 10);
    QCOMPARE(reports.size(), std::size_t(4));
    QCOMPARE(reports[0].done, 1U);
    QCOMPARE(reports[1].done, 1000U);
    QCOMPARE(reports[2].stage, std::string("Writing"));
    QCOMPARE(reports[3].done, 10U);
}

void TestProgress::hands_on_at_most_one_an_interval()
{
    Reports reports;
    const auto progress = into(reports, 50ms);
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t calls = 0;
    while (std::chrono::steady_clock::now() - start < 300ms)
        progress.report("Scanning", ++calls, 1ULL << 60U);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    QVERIFY(calls > 100);
    QVERIFY(reports.size() >= 2);
    QVERIFY2(static_cast<double>(reports.size()) <= seconds / 0.05 + 1, qPrintable(QString::number(reports.size())));
}

void TestProgress::without_an_interval_hands_on_each()
{
    Reports reports;
    const auto progress = into(reports, 0ms);
    for (std::uint64_t i = 1; i <= 10; ++i)
        progress.report("Scanning", i, 10);
    QCOMPARE(reports.size(), std::size_t(10));
}

void TestProgress::guesses_from_the_pace_so_far()
{
    Reports reports;
    const auto progress = into(reports, 0ms);
    progress.report("Scanning", 0, 100);
    std::this_thread::sleep_for(600ms);
    progress.report("Scanning", 20, 100);
    QVERIFY(reports[1].elapsed >= 0.6);
    QVERIFY(reports[1].remaining.has_value());
    // 20 took that long, 80 are left: four times as long.
    QVERIFY(qAbs(*reports[1].remaining - 4 * reports[1].elapsed) < 1e-9);
    progress.report("Scanning", 100, 100);
    QVERIFY(!reports[2].remaining.has_value());
}

void TestProgress::does_not_count_what_was_done_before()
{
    Reports reports;
    const auto progress = into(reports, 0ms);
    progress.report("Evaluating", 50, 100); // resumed half way
    std::this_thread::sleep_for(600ms);
    progress.report("Evaluating", 60, 100);
    // 10 took that long, 40 are left.
    QVERIFY(qAbs(reports[1].remaining.value() - 4 * reports[1].elapsed) < 1e-9);
}

void TestProgress::does_not_guess_without_ground()
{
    Reports reports;
    const auto progress = into(reports, 0ms);
    progress.report("Scanning", 0, 100);
    progress.report("Scanning", 50, 100); // too early
    progress.report("Reading", 0, 0);
    std::this_thread::sleep_for(600ms);
    progress.report("Reading", 50, 0); // no total
    progress.report("Waiting", 5, 10);
    std::this_thread::sleep_for(600ms);
    progress.report("Waiting", 5, 10); // nothing done
    QCOMPARE(reports.size(), std::size_t(6));
    for (const auto &report : reports)
        QVERIFY(!report.remaining.has_value());
}

void TestProgress::a_new_stage_starts_its_clock_anew()
{
    Reports reports;
    const auto progress = into(reports, 0ms);
    progress.report("Scanning", 0, 100);
    std::this_thread::sleep_for(100ms);
    progress.report("Scanning", 50, 100);
    progress.report("Writing", 0, 100);
    QVERIFY(reports[1].elapsed >= 0.1);
    QCOMPARE(reports[2].elapsed, 0.0);
}

void TestProgress::puts_prefixes_before_the_stage()
{
    Reports reports;
    const auto trial = into(reports, 0ms).with_prefix("T3: ");
    trial.report("evaluating", 1, 2);
    trial.with_prefix("holdout, ").report("evaluating", 1, 2);
    QCOMPARE(reports[0].stage, std::string("T3: evaluating"));
    QCOMPARE(reports[1].stage, std::string("T3: holdout, evaluating"));
}

void TestProgress::is_safe_from_several_threads()
{
    int inside = 0;
    int most = 0;
    int calls = 0; // no atomics: the sink is called by one thread at a time
    const ca::Progress progress(
        [&](const ca::ProgressReport &) {
            most = std::max(most, ++inside);
            ++calls;
            --inside;
        },
        0ms);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([progress] {
                for (std::uint64_t i = 0; i < 2000; ++i)
                    progress.report("Evaluating", i, 2000);
            });
    }
    QCOMPARE(calls, 8000);
    QCOMPARE(most, 1);
}

QTEST_APPLESS_MAIN(TestProgress)
#include "test_progress.moc"
