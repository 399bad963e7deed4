// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store.h"
#include "tests/support/stores.h"

#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <random>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::StudyStore;
using ca::TrialSplit;
using ca::TrialState;

namespace {

/// Different for each trial, so that one is never taken for another.
std::vector<int> right_answers(int number)
{
    std::vector<int> right;
    for (int bit = 0; bit < 10; ++bit)
        if (((number >> bit) & 1) != 0)
            right.push_back(bit);
    return right;
}

ca::Status carry_out(StudyStore &store, ca::Trial trial, int number)
{
    trial.state = TrialState::running;
    if (const auto running = store.update_trial(trial); !running)
        return running;
    trial.state = TrialState::done;
    trial.error.clear();
    return store.record(trial, TrialSplit::selection, record_for(trial.recipe, TrialSplit::selection, right_answers(number)));
}

ca::Status add_whole(StudyStore &store, int number)
{
    if (const auto added = store.add_trial(trial_number(number)); !added)
        return added;
    return carry_out(store, trial_number(number), number);
}

/// The trial as `add_whole` leaves it.
bool is_whole(const ca::Trial &trial, int number)
{
    const auto expected = record_for(recipe_number(number), TrialSplit::selection, right_answers(number));
    return trial.id == "T" + std::to_string(number) && trial.recipe == recipe_number(number) && trial.state == TrialState::done
        && trial.selection && trial.selection->accuracy.right == expected.measurement.accuracy.right
        && to_json(*trial.selection) == to_json(expected.measurement);
}

/// A process of its own that runs `work` and exits with what it gives; no store is open when it starts.
pid_t in_a_child(const std::function<int()> &work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(120); // whatever goes wrong, it ends
        ::_exit(work());
    }
    return child;
}

int exit_of(pid_t child)
{
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Goes on with a study until it is killed, and writes a byte into the pipe for each trial that it was told is recorded.
int write_until_killed(const fs::path &folder, int report)
{
    auto store = StudyStore::open_for_writing(folder);
    const auto trials = store ? store->trials() : ca::Result<std::vector<ca::Trial>>(forward(store));
    if (!trials)
        return 2;
    int number = 0;
    const char done = 1;
    for (const ca::Trial &trial : *trials)
        if (++number; trial.state != TrialState::done) // the one that was running
            if (!carry_out(*store, trial, number) || ::write(report, &done, 1) != 1)
                return 3;
    while (number < 100'000)
        if (++number; !add_whole(*store, number) || ::write(report, &done, 1) != 1)
            return 4;
    return 5;
}

} // namespace

class TestStoreProcesses final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_reader_sees_whole_trials_while_another_process_writes();
    void a_second_process_is_refused_for_writing_and_may_read();
    void a_killed_writer_loses_nothing_that_it_recorded();
    void a_limit_on_file_sizes_is_a_sentence_and_earlier_trials_stay();
    void a_copy_made_while_another_process_writes_is_whole();

private:
    [[nodiscard]] fs::path folder(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }
    QTemporaryDir folder_;
};

void TestStoreProcesses::a_reader_sees_whole_trials_while_another_process_writes()
{
    constexpr int kTrials = 40;
    const fs::path place = folder("read");
    QVERIFY(StudyStore::create(place, some_facts()));
    const pid_t reader = in_a_child([&] {
        const auto store = StudyStore::open_for_reading(place);
        if (!store)
            return 2;
        std::size_t seen = 0;
        while (true) {
            const auto trials = store->trials();
            if (!trials)
                return 3;
            std::size_t done = 0;
            for (std::size_t i = 0; i < trials->size(); ++i) {
                const bool whole = is_whole(trials->at(i), static_cast<int>(i) + 1);
                if (!whole && (trials->at(i).state == TrialState::done || trials->at(i).selection || i + 1 < trials->size()))
                    return 4;
                done += whole ? 1 : 0;
            }
            if (done < seen)
                return 5;
            seen = done;
            if (seen == kTrials)
                return 0;
        }
    });
    {
        auto store = StudyStore::open_for_writing(place);
        QVERIFY(store);
        for (int number = 1; number <= kTrials; ++number) {
            const auto added = add_whole(*store, number);
            QVERIFY2(added, added ? "" : added.error().sentence.c_str());
        }
    }
    QCOMPARE(exit_of(reader), 0);
}

void TestStoreProcesses::a_second_process_is_refused_for_writing_and_may_read()
{
    const fs::path place = folder("second");
    int go[2];
    QCOMPARE(::pipe(go), 0);
    const std::string parent = std::to_string(::getpid());
    const pid_t second = in_a_child([&] {
        char byte = 0;
        if (::read(go[0], &byte, 1) != 1) // until the parent writes the study
            return 2;
        const auto writer = StudyStore::open_for_writing(place);
        if (writer || writer.error().code != ErrorCode::unwritable)
            return 3;
        if (writer.error().sentence.find("is being written by process " + parent + " on this machine. Wait") == std::string::npos)
            return 4;
        const auto reader = StudyStore::open_for_reading(place);
        return reader && reader->count() == 1U ? 0 : 5;
    });
    auto store = StudyStore::create(place, some_facts());
    QVERIFY(store && store->add_trial(trial_number(1)));
    QCOMPARE(::write(go[1], "x", 1), 1);
    QCOMPARE(exit_of(second), 0);
    ::close(go[0]);
    ::close(go[1]);
}

void TestStoreProcesses::a_killed_writer_loses_nothing_that_it_recorded()
{
    const fs::path place = folder("killed");
    QVERIFY(StudyStore::create(place, some_facts()));
    std::mt19937 random(11);
    std::size_t recorded = 0;
    for (int round = 0; round < 20; ++round) {
        int report[2];
        QCOMPARE(::pipe(report), 0);
        const pid_t writer = in_a_child([&] { return write_until_killed(place, report[1]); });
        ::close(report[1]);
        char first = 0;
        QCOMPARE(::read(report[0], &first, 1), 1); // it is at work
        ::usleep(static_cast<useconds_t>(random() % 30'000));
        ::kill(writer, SIGKILL);
        QCOMPARE(exit_of(writer), -SIGKILL);
        ++recorded;
        for (char byte = 0; ::read(report[0], &byte, 1) == 1;)
            ++recorded;
        ::close(report[0]);

        const auto store = StudyStore::open_for_reading(place); // which looks for damage
        QVERIFY2(store, store ? "" : store.error().sentence.c_str());
        const auto trials = store->trials();
        QVERIFY2(trials, trials ? "" : trials.error().sentence.c_str());
        // The last may be recorded and not reported, or not be recorded; of the others each is there.
        std::size_t whole = 0;
        for (std::size_t i = 0; i < trials->size(); ++i)
            whole += is_whole(trials->at(i), static_cast<int>(i) + 1) ? 1 : 0;
        QVERIFY2(whole == recorded || whole == recorded + 1, qPrintable(QStringLiteral("%1 of %2").arg(whole).arg(recorded)));
        QVERIFY(trials->size() - whole <= 1);
        recorded = whole;
    }
    const auto next = StudyStore::open_for_writing(place);
    QVERIFY2(next, next ? "" : next.error().sentence.c_str());
    QVERIFY(next->count(TrialState::interrupted).value() <= 1);
    QVERIFY(recorded >= 20);
}

void TestStoreProcesses::a_limit_on_file_sizes_is_a_sentence_and_earlier_trials_stay()
{
    const fs::path place = folder("limit");
    const int exit = exit_of(in_a_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto store = StudyStore::create(place, some_facts());
        if (!store || !add_whole(*store, 1) || !add_whole(*store, 2))
            return 2;
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlimit low{200'000, limit.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &low);
        int number = 3;
        auto added = add_whole(*store, number);
        while (added && number < 1000)
            added = add_whole(*store, ++number);
        if (added || added.error().code != ErrorCode::unwritable
            || added.error().sentence.find("cannot grow: a limit on file sizes is in force here") == std::string::npos)
            return 3;
        const auto trials = store->trials();
        if (!trials || std::ssize(*trials) < number - 1)
            return 4;
        for (int i = 1; i < number; ++i)
            if (!is_whole(trials->at(static_cast<std::size_t>(i) - 1), i))
                return 5;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const bool is_there = std::ssize(*trials) == number;
        return (is_there ? carry_out(*store, trial_number(number), number) : add_whole(*store, number)) ? 0 : 6;
    }));
    QCOMPARE(exit, 0);
    const auto store = StudyStore::open_for_reading(place);
    QVERIFY(store);
    QCOMPARE(store->count().value(), store->count(TrialState::done).value());
}

void TestStoreProcesses::a_copy_made_while_another_process_writes_is_whole()
{
    const fs::path place = folder("copied");
    QVERIFY(StudyStore::create(place, some_facts()));
    int report[2];
    QCOMPARE(::pipe(report), 0);
    const pid_t writer = in_a_child([&] { return write_until_killed(place, report[1]); });
    ::close(report[1]);
    for (int copies = 0; copies < 5; ++copies) {
        char byte = 0;
        QCOMPARE(::read(report[0], &byte, 1), 1);
        const auto study = StudyStore::open_for_reading(place);
        QVERIFY(study);
        const auto copy = study->copy_to(folder("copy " + std::to_string(copies)), "copy");
        QVERIFY2(copy, copy ? "" : copy.error().sentence.c_str());
        QCOMPARE(copy->facts()->name, std::string("copy"));
        const auto trials = copy->trials();
        QVERIFY2(trials, trials ? "" : trials.error().sentence.c_str());
        QVERIFY(std::ssize(*trials) > copies);
        for (std::size_t i = 0; i + 1 < trials->size(); ++i)
            QVERIFY(is_whole(trials->at(i), static_cast<int>(i) + 1));
    }
    ::kill(writer, SIGKILL);
    QCOMPARE(exit_of(writer), -SIGKILL);
    ::close(report[0]);
}

QTEST_APPLESS_MAIN(TestStoreProcesses)
#include "test_store_processes.moc"
