// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/database.h"
#include "core/study/studies.h"
#include "tests/support/stores.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::StudyStore;
using ca::TrialSplit;

namespace {

/// A study with a trial that is done, one that waits, and a file.
void make_study(const fs::path &folder)
{
    ca::StudyFacts facts = some_facts();
    facts.name = folder.filename().string();
    auto store = StudyStore::create(folder, facts);
    QVERIFY(store);
    ca::Trial trial = trial_number(1);
    QVERIFY(store->add_trial(trial));
    QVERIFY(store->add_trial(trial_number(2)));
    trial.state = ca::TrialState::done;
    QVERIFY(store->record(trial, TrialSplit::selection, record_for(trial.recipe, TrialSplit::selection)));
    write(folder / "trials/T1.safetensors", "weights");
    QVERIFY(store->add_artefact("export", "trials/T1.safetensors"));
}

void set_changed(const fs::path &folder, int hours_ago)
{
    fs::last_write_time(folder / ca::kStoreFile, fs::file_time_type::clock::now() - std::chrono::hours(hours_ago));
}

} // namespace

class TestStudies final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void studies_are_listed_the_last_changed_first();
    void a_damaged_study_is_listed_with_its_sentence();
    void a_study_that_is_written_is_listed_with_its_writer();
    void a_folder_that_is_not_there_is_an_error();

    void a_copy_is_a_study_of_its_own();
    void a_copy_takes_no_place_that_is_taken();
    void a_copy_takes_no_file_from_elsewhere();

    void removing_takes_the_study_and_nothing_else();
    void removing_leaves_what_is_not_the_studys();
    void removing_takes_reports_that_nobody_changed();
    void removing_does_not_follow_a_study_out_of_its_folder();
    void a_damaged_study_can_be_removed();
    void a_study_that_is_written_is_not_removed();
    void a_folder_without_a_study_is_not_removed();

private:
    [[nodiscard]] fs::path place(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }
    QTemporaryDir folder_;
};

void TestStudies::studies_are_listed_the_last_changed_first()
{
    for (const auto &[name, hours] : {std::pair("a", 2), std::pair("b", 3), std::pair("c", 1)}) {
        make_study(place("list") / name);
        set_changed(place("list") / name, hours);
    }
    fs::create_directories(place("list") / "no study");
    write(place("list") / "study.db", "no folder");
    const auto studies = ca::list_studies(place("list"));
    QVERIFY(studies);
    QCOMPARE(studies->size(), 3U);
    QCOMPARE(studies->at(0).name + studies->at(1).name + studies->at(2).name, std::string("cab"));
    const ca::StudySummary &first = studies->front();
    QCOMPARE(first.folder, place("list") / "c");
    QCOMPARE(first.model, std::string("resnet18"));
    QCOMPARE(first.data, std::string("cifar10"));
    QCOMPARE(first.trials, 2U);
    QCOMPARE(first.done, 1U);
    QVERIFY(!first.problem && !first.writer);
    const auto age = std::chrono::system_clock::now() - first.changed;
    QVERIFY(age > std::chrono::minutes(59) && age < std::chrono::minutes(90));
}

void TestStudies::a_damaged_study_is_listed_with_its_sentence()
{
    make_study(place("damaged") / "sound");
    make_study(place("damaged") / "torn");
    const fs::path file = place("damaged") / "torn" / ca::kStoreFile;
    fs::resize_file(file, fs::file_size(file) / 2);
    set_changed(place("damaged") / "torn", 1);
    const auto studies = ca::list_studies(place("damaged"));
    QVERIFY(studies && studies->size() == 2);
    QVERIFY(!studies->at(0).problem);
    QCOMPARE(studies->at(1).name, std::string("torn"));
    QVERIFY(studies->at(1).problem);
    QVERIFY2(contains(studies->at(1).problem->sentence, "is damaged"), studies->at(1).problem->sentence.c_str());
}

void TestStudies::a_study_that_is_written_is_listed_with_its_writer()
{
    make_study(place("written") / "a");
    const auto store = StudyStore::open_for_writing(place("written") / "a");
    QVERIFY(store);
    for (int time = 0; time < 2; ++time) { // asking takes nothing away
        const auto studies = ca::list_studies(place("written"));
        QVERIFY(studies && studies->size() == 1);
        QVERIFY(studies->front().writer);
        QCOMPARE(*studies->front().writer, "process " + std::to_string(QCoreApplication::applicationPid()) + " on this machine");
        QCOMPARE(studies->front().trials, 2U);
    }
}

void TestStudies::a_folder_that_is_not_there_is_an_error()
{
    const auto studies = ca::list_studies(place("nowhere"));
    QVERIFY(!studies);
    QCOMPARE(studies.error().code, ErrorCode::not_found);
}

void TestStudies::a_copy_is_a_study_of_its_own()
{
    make_study(place("original"));
    const auto original = StudyStore::open_for_writing(place("original")); // also while it is open
    QVERIFY(original);
    const auto copied = ca::copy_study(place("original"), place("copies") / "second");
    QVERIFY2(copied, copied ? "" : copied.error().sentence.c_str());
    auto copy = StudyStore::open_for_writing(place("copies") / "second");
    QVERIFY(copy);
    ca::StudyFacts facts = some_facts();
    facts.name = "second";
    QVERIFY(copy->facts() == facts);
    QCOMPARE(content(place("copies") / "second/trials/T1.safetensors"), std::string("weights"));
    QVERIFY(copy->add_trial(trial_number(3)));
    QCOMPARE(copy->count().value(), 3U);
    QCOMPARE(original->count().value(), 2U);
    QVERIFY(copy->measurement_of("T1", TrialSplit::selection)->has_value());
}

void TestStudies::a_copy_takes_no_place_that_is_taken()
{
    make_study(place("one"));
    make_study(place("two"));
    const auto copied = ca::copy_study(place("one"), place("two"));
    QVERIFY(!copied);
    QVERIFY2(contains(copied.error().sentence, "holds a study already"), copied.error().sentence.c_str());
    QCOMPARE(StudyStore::open_for_reading(place("two"))->facts()->name, std::string("two"));
    QVERIFY(!ca::copy_study(place("nowhere"), place("three")));
    QVERIFY(!fs::exists(place("three")));
}

void TestStudies::a_copy_takes_no_file_from_elsewhere()
{
    write(place("secret"), "secret");
    make_study(place("linked"));
    fs::remove(place("linked") / "trials/T1.safetensors");
    fs::create_symlink(place("secret"), place("linked") / "trials/T1.safetensors");
    QVERIFY(ca::copy_study(place("linked"), place("unlinked")));
    QVERIFY(!fs::exists(place("unlinked") / "trials"));
}

void TestStudies::removing_takes_the_study_and_nothing_else()
{
    make_study(place("results") / "gone");
    make_study(place("results") / "stays");
    write(place("results") / "gone" / "study.json", "{}");
    write(place("results") / "gone" / "pareto.svg", "<svg/>");
    const auto left = ca::remove_study(place("results") / "gone");
    QVERIFY2(left, left ? "" : left.error().sentence.c_str());
    QVERIFY(left->empty());
    QVERIFY(!fs::exists(place("results") / "gone"));
    QVERIFY(StudyStore::open_for_reading(place("results") / "stays"));
}

void TestStudies::removing_leaves_what_is_not_the_studys()
{
    make_study(place("mixed"));
    write(place("mixed") / "notes.txt", "mine");
    write(place("mixed") / "trials/other.bin", "mine, too");
    write(place("mixed") / "trials.csv" / "a folder of that name", "mine as well");
    const auto left = ca::remove_study(place("mixed"));
    QVERIFY(left);
    QCOMPARE(*left,
             (std::vector<fs::path>{place("mixed") / "notes.txt", place("mixed") / "trials", place("mixed") / "trials.csv"}));
    QVERIFY(fs::exists(place("mixed") / "trials/other.bin") && !fs::exists(place("mixed") / "trials/T1.safetensors"));
    QVERIFY(!StudyStore::open_for_reading(place("mixed")));
}

void TestStudies::removing_takes_reports_that_nobody_changed()
{
    make_study(place("reported"));
    write(place("reported") / "report.html", "abc");
    write(place("reported") / "report.md", "abc, and a word of mine");
    write(place("reported") / "recipes/T001_front.json", "");
    write(place("precious/report.html"), "abc");
    // FIPS 180-4's examples: of "abc", and of nothing.
    const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    write(place("reported") / "checksums.sha256",
          abc + "  report.html\n" + abc + "  report.md\n" + nothing + "  recipes/T001_front.json\n" + abc
              + "  ../precious/report.html\n");
    const auto left = ca::remove_study(place("reported"));
    QVERIFY(left);
    QCOMPARE(*left, std::vector<fs::path>{place("reported") / "report.md"});
    QVERIFY(fs::exists(place("precious/report.html")));
}

/// A store from elsewhere, whose list of files names one that is not its own.
void TestStudies::removing_does_not_follow_a_study_out_of_its_folder()
{
    write(place("precious/T1.safetensors"), "mine");
    make_study(place("hostile"));
    fs::remove_all(place("hostile") / "trials");
    fs::create_directory_symlink(place("precious"), place("hostile") / "trials");
    const auto left = ca::remove_study(place("hostile"));
    QVERIFY(left);
    QVERIFY(fs::exists(place("precious/T1.safetensors")));
}

void TestStudies::a_damaged_study_can_be_removed()
{
    make_study(place("broken"));
    write(place("broken") / ca::kStoreFile, "nothing of it is left");
    const auto left = ca::remove_study(place("broken"));
    QVERIFY2(left, left ? "" : left.error().sentence.c_str());
    QCOMPARE(*left, std::vector<fs::path>{place("broken") / "trials"}); // nobody knows any more whose that is
}

void TestStudies::a_study_that_is_written_is_not_removed()
{
    make_study(place("busy"));
    const auto store = StudyStore::open_for_writing(place("busy"));
    const auto left = ca::remove_study(place("busy"));
    QVERIFY(!left);
    QVERIFY2(contains(left.error().sentence, "is being written by process"), left.error().sentence.c_str());
    QCOMPARE(store->count().value(), 2U);
    QVERIFY(fs::exists(place("busy") / "trials/T1.safetensors"));
}

void TestStudies::a_folder_without_a_study_is_not_removed()
{
    write(place("photos") / "study.json", "{}");
    write(place("databases") / "study.db", "somebody else's");
    for (const char *name : {"photos", "databases", "nowhere"}) {
        const auto left = ca::remove_study(place(name));
        QVERIFY(!left);
        QCOMPARE(left.error().code, ErrorCode::not_found);
    }
    QVERIFY(fs::exists(place("photos") / "study.json") && fs::exists(place("databases") / "study.db"));
    QVERIFY(!fs::exists(place("databases") / ca::kLockFile));
}

QTEST_APPLESS_MAIN(TestStudies)
#include "test_studies.moc"
