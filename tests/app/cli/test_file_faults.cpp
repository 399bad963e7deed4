// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"
#include "tests/app/cli/small_study.h"
#include "tests/support/stores.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <random>

namespace fs = std::filesystem;

namespace {

/// Calls of one run that fail; `kind` and `lasts` are explained in tests/support/file_faults.c.
struct Fault {
    QString kind;
    bool lasts = false;
    int at = 0; ///< number of the call, from 1; 0: none
};

void add_fault(QProcess &process, const Fault &fault, const fs::path &folder, const fs::path &log)
{
    QProcessEnvironment environment = process.processEnvironment();
    environment.insert(QStringLiteral("LD_PRELOAD"), QStringLiteral(CA_FILE_FAULTS));
    environment.insert(QStringLiteral("CA_FAULT_FOLDER"), QString::fromStdString(folder.string()));
    environment.insert(QStringLiteral("CA_FAULT_KIND"), fault.kind);
    environment.insert(QStringLiteral("CA_FAULT_AT"), QString::number(fault.at));
    environment.insert(QStringLiteral("CA_FAULT_LASTS"), fault.lasts ? QStringLiteral("1") : QStringLiteral("0"));
    environment.insert(QStringLiteral("CA_FAULT_LOG"), QString::fromStdString(log.string()));
    environment.insert(QStringLiteral("ASAN_OPTIONS"), // which wants to be loaded first, and need not be
                       environment.value(QStringLiteral("ASAN_OPTIONS")) + QStringLiteral(":verify_asan_link_order=0"));
    process.setProcessEnvironment(environment);
}

/// Why a file is not what its name says; empty where it is.
std::string tear_in(const fs::path &file)
{
    const std::string name = file.filename().string();
    const auto ends = [&](std::string_view end) { return content(file).ends_with(end) ? "" : name + " is torn."; };
    if (name.starts_with(".")) // nobody reads it
        return {};
    if (name == "study.json")
        return findings(QByteArray::fromStdString(content(file))).is_null() ? "study.json is torn." : "";
    if (name.ends_with(".safetensors")) {
        const auto read = ca::read_export(file, 1, {}, {});
        return read ? "" : read.error().text();
    }
    if (name == "trials.csv")
        return ends("\n");
    if (name == "pareto.svg")
        return ends("</svg>\n");
    if (name == "pareto.png")
        return ends("IEND\xAE\x42\x60\x82"); // the last chunk, with its checksum
    return {};
}

/// Why a study's folder is not whole; empty where it is.
std::string tear_in_study(const fs::path &folder)
{
    if (!fs::exists(folder))
        return {};
    for (const std::string &file : files_in(folder))
        if (const std::string tear = tear_in(folder / file); !tear.empty())
            return tear;
    if (!fs::exists(folder / ca::kStoreFile))
        return {};
    const auto store = ca::StudyStore::open_for_reading(folder); // which looks for damage
    if (!store)
        return store.error().text();
    for (const ca::TrialSplit split : {ca::TrialSplit::selection, ca::TrialSplit::holdout})
        if (const auto finished = finished_trials(*store, split); !finished)
            return finished.error().text();
    return {};
}

/// Of each kind of fault, from each start; the long test asks for as many as there are calls.
int wanted_faults()
{
#ifdef CA_SANITIZED
    constexpr int kUsual = 1;
#else
    constexpr int kUsual = 3;
#endif
    return std::max(kUsual, qEnvironmentVariableIntValue("CA_FAULTS"));
}

/// Two rounds; one where there are many faults.
int wanted_trials()
{
    return qEnvironmentVariableIsSet("CA_FAULTS") ? 3 : 6;
}

/// Numbers from 1 to `calls`, one of each part of equal length.
std::vector<int> chosen_calls(int calls)
{
    const int parts = std::min(wanted_faults(), calls);
    std::mt19937 random(static_cast<unsigned>(calls));
    std::vector<int> chosen;
    for (int part = 0; part < parts; ++part) {
        const int first = calls * part / parts, end = calls * (part + 1) / parts;
        chosen.push_back(1 + first + static_cast<int>(random() % static_cast<unsigned>(end - first)));
    }
    return chosen;
}

} // namespace

/// Where a run with a fault begins: at nothing, or at a study that was killed.
struct Start {
    std::string place{};              ///< that is copied; empty: none
    std::vector<std::string> calls{}; ///< of a run from there without a fault, a line each as the log has them
};

class TestFileFaults final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void one_call_without_space_is_a_sentence_or_survived() { sweep({QStringLiteral("space")}, "wg"); }
    void a_disk_that_fills_up_is_a_sentence_or_survived() { sweep({QStringLiteral("full"), true}, "wg"); }
    void one_error_of_the_disk_is_a_sentence_or_survived() { sweep({QStringLiteral("broken")}, "rwge"); }
    void a_disk_that_breaks_is_a_sentence_or_survived() { sweep({QStringLiteral("broken"), true}, "rwge"); }
    void one_write_that_is_cut_short_is_gone_on_with() { sweep({QStringLiteral("short")}, "w"); }
    void writes_that_are_all_cut_short_are_gone_on_with() { sweep({QStringLiteral("short"), true}, "w"); }
    void a_kill_before_any_call_tears_nothing() { sweep({QStringLiteral("kill")}, "wge"); }

private:
    void sweep(Fault fault, std::string_view deeds);
    void check(const Start &start, const Fault &fault);
    Outcome run(const std::string &name, const Fault &fault, const QStringList &more = {}) const;
    std::vector<std::string> logged_calls() const;
    std::string fault_after(const Outcome &outcome, const Fault &fault) const;
    std::string difference(const Outcome &outcome) const;

    SmallStudies studies_{wanted_trials()};
    ca::Json whole_;
    std::array<Start, 2> starts_{Start{}, Start{"half"}};
};

Outcome TestFileFaults::run(const std::string &name, const Fault &fault, const QStringList &more) const
{
    QProcess process;
    studies_.prepare(process, name, QStringList{QStringLiteral("--quiet")} + more);
    fs::remove(studies_.place("calls"));
    add_fault(process, fault, fs::canonical(studies_.place(name)), studies_.place("calls"));
    process.start();
    return outcome_of(process);
}

std::vector<std::string> TestFileFaults::logged_calls() const
{
    std::vector<std::string> calls;
    std::ifstream log(studies_.place("calls"));
    for (std::string line; std::getline(log, line);)
        calls.push_back(line);
    return calls;
}

void TestFileFaults::initTestCase()
{
#ifndef __linux__
    QSKIP("File calls are made to fail by a library that Linux loads before a program; this is another system.");
#endif
    QVERIFY(studies_.write_inputs());
    const Outcome outcome = run("whole", {QStringLiteral("broken")});
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    whole_ = findings(outcome.out);
    QCOMPARE(whole_["trials"].size(), static_cast<std::size_t>(studies_.trials()));
    const auto &calls = starts_[0].calls = logged_calls();
    // Each file that is there in the end was made by a call that the library saw.
    for (const std::string &file : files_in(studies_.study("whole")))
        QVERIFY2(
            std::any_of(calls.begin(), calls.end(), [&](const std::string &call) { return contains(call, "/out/s/" + file); }),
            file.c_str());

    QCOMPARE(run("half", {QStringLiteral("kill"), false, static_cast<int>(calls.size()) / 4}).code, -1);
    fs::copy(studies_.place("half"), studies_.place("whole half"), fs::copy_options::recursive);
    QCOMPARE(difference(run("whole half", {QStringLiteral("broken")}, {QStringLiteral("--resume")})), std::string());
    starts_[1].calls = logged_calls();
}

/// Empty where a run that said all was well has found what it should.
std::string TestFileFaults::difference(const Outcome &outcome) const
{
    const ca::Json found = findings(outcome.out);
    return found == whole_ ? "" : "The results differ: " + ca::Json::diff(whole_, found).dump();
}

/// What is wrong with the end of a run in which calls failed: it is a sentence, or all is well.
std::string TestFileFaults::fault_after(const Outcome &outcome, const Fault &fault) const
{
    if (fault.kind == QLatin1String("kill"))
        return outcome.code == -1 ? "" : "It was not killed.";
    if (outcome.code == 0)
        return difference(outcome);
    if (fault.kind == QLatin1String("short"))
        return "A write that was cut short was not gone on with.";
    if (outcome.code != 1 || !outcome.out.isEmpty() || !is_one_sentence(outcome.err))
        return "It ended with " + std::to_string(outcome.code) + " and without one sentence.";
    return {};
}

/// `deeds`: of the calls that the fault's kind counts.
void TestFileFaults::sweep(Fault fault, std::string_view deeds)
{
    for (const Start &start : starts_) {
        const auto counted = std::count_if(start.calls.begin(), start.calls.end(),
                                           [&](const std::string &call) { return deeds.find(call.front()) != deeds.npos; });
        QVERIFY(counted > 10);
        const std::vector<int> chosen = chosen_calls(static_cast<int>(counted));
        for (const int at : chosen) {
            fault.at = at;
            check(start, fault);
            if (QTest::currentTestFailed())
                return;
        }
        qInfo("result: faults in %zu of %d file calls, %s", chosen.size(), static_cast<int>(counted),
              start.place.empty() ? "from the beginning" : "in a study that goes on");
    }
}

/// A run with the fault ends well, leaves nothing torn, and is gone on with as if there had been none.
void TestFileFaults::check(const Start &start, const Fault &fault)
{
    fs::remove_all(studies_.place("faulty"));
    if (!start.place.empty())
        fs::copy(studies_.place(start.place), studies_.place("faulty"), fs::copy_options::recursive);
    const Outcome outcome = run("faulty", fault, start.place.empty() ? QStringList() : QStringList{QStringLiteral("--resume")});
    const auto calls = logged_calls();
    const auto at = static_cast<std::size_t>(fault.at);
    const std::string where = " From " + start.place + ", call " + std::to_string(at) + ", "
        + (at <= calls.size() ? calls[at - 1] : "which was not reached") + ": " + outcome.err.toStdString();
    const std::string wrong = fault_after(outcome, fault);
    QVERIFY2(wrong.empty(), (wrong + where).c_str());
    const std::string tear = tear_in_study(studies_.study("faulty"));
    QVERIFY2(tear.empty(), (tear + where).c_str());

    const Outcome resumed = studies_.run("faulty", {QStringLiteral("--resume"), QStringLiteral("--quiet")});
    QVERIFY2(resumed.code == 0, (resumed.err.toStdString() + where).c_str());
    QVERIFY2(difference(resumed).empty(), (difference(resumed) + where).c_str());
    const std::string others = different_files(studies_.study("whole"), studies_.study("faulty"));
    QVERIFY2(others.empty(), (others + where).c_str());
}

QTEST_GUILESS_MAIN(TestFileFaults)
#include "test_file_faults.moc"
