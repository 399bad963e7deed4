// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store.h"
#include "tests/support/shared_files.h"
#include "tests/support/stores.h"

#include <QtTest>

#include <fstream>
#include <random>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::StudyStore;
using ca::TrialSplit;
using ca::TrialState;

class TestStoreOpening final : public QObject, StudyFolders {
    Q_OBJECT
private Q_SLOTS:
    void an_existing_study_is_not_made_again();
    void remains_of_another_store_are_not_taken_for_its_own();
    void a_folder_without_a_study_stays_as_it_is();
    void a_reader_changes_nothing();
    void a_second_writer_in_the_same_process_is_refused();
    void a_running_trial_is_interrupted_for_the_next_writer_only();
    void a_file_of_the_first_version_is_read();

    void a_truncated_file_is_a_sentence_data();
    void a_truncated_file_is_a_sentence();
    void a_flipped_bit_is_a_sentence_or_changes_nothing();
};
void TestStoreOpening::an_existing_study_is_not_made_again()
{
    {
        StudyStore store = fresh("twice");
        QVERIFY(store.add_trial(trial_number(1)));
    }
    const auto again = StudyStore::create(folder("twice"), some_facts());
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::unwritable);
    QVERIFY2(contains(again.error().sentence, "holds a study already"), again.error().sentence.c_str());
    QVERIFY(StudyStore::open_for_reading(folder("twice"))->count() == 1U);
}

/// A log of changes that was left when somebody removed the store by hand, and what a killed process had begun.
void TestStoreOpening::remains_of_another_store_are_not_taken_for_its_own()
{
    std::string log;
    {
        StudyStore other = fresh("other");
        QVERIFY(add_done(other, 1));
        log = content(folder("other") / "study.db-wal");
    }
    QVERIFY(log.size() > 4096);
    fs::create_directories(folder("remains"));
    write(folder("remains") / "study.db-wal", log);
    write(folder("remains") / ".study.db.part", log);
    write(folder("remains") / ".study.db.part-journal", log);
    const auto store = StudyStore::create(folder("remains"), some_facts());
    QVERIFY(store);
    QVERIFY(store->count() == 0U);
    QVERIFY(!fs::exists(folder("remains") / ".study.db.part"));
    QVERIFY(!fs::exists(folder("remains") / ".study.db.part-journal"));
}

void TestStoreOpening::a_folder_without_a_study_stays_as_it_is()
{
    fs::create_directories(folder("empty"));
    for (const auto &opened : {StudyStore::open_for_reading(folder("empty")), StudyStore::open_for_writing(folder("empty")),
                               StudyStore::open_for_writing(folder("nowhere"))}) {
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::not_found);
        QVERIFY(contains(opened.error().sentence, "There is no study in"));
    }
    QVERIFY(fs::is_empty(folder("empty")));
    QVERIFY(!fs::exists(folder("nowhere")));
}

void TestStoreOpening::a_reader_changes_nothing()
{
    {
        StudyStore store = fresh("reader");
        QVERIFY(store.add_trial(trial_number(1)));
    }
    auto reader = StudyStore::open_for_reading(folder("reader"));
    QVERIFY(reader);
    const auto added = reader->add_trial(trial_number(2));
    QVERIFY(!added);
    QCOMPARE(added.error().code, ErrorCode::unwritable);
    QVERIFY2(contains(added.error().sentence, "may not be changed"), added.error().sentence.c_str());
    QVERIFY(!reader->append_transcript("x"));
    QVERIFY(reader->count() == 1U);
}

void TestStoreOpening::a_second_writer_in_the_same_process_is_refused()
{
    StudyStore store = fresh("second");
    const auto second = StudyStore::open_for_writing(folder("second"));
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::unwritable);
    const std::string process =
        "is being written by process " + std::to_string(QCoreApplication::applicationPid()) + " on this machine";
    QVERIFY2(contains(second.error().sentence, process), second.error().sentence.c_str());
    QVERIFY(!StudyStore::create(folder("second"), some_facts()));
    QVERIFY(store.add_trial(trial_number(1))); // the first one goes on
    QVERIFY(StudyStore::open_for_reading(folder("second"))->count() == 1U);
    {
        const StudyStore gone = std::move(store);
    }
    QVERIFY(StudyStore::open_for_writing(folder("second")));
}

void TestStoreOpening::a_running_trial_is_interrupted_for_the_next_writer_only()
{
    ca::Trial trial = trial_number(1);
    trial.state = TrialState::running;
    {
        StudyStore store = fresh("running");
        QVERIFY(store.add_trial(trial));
        QVERIFY(store.add_trial(trial_number(2)));
        QVERIFY(StudyStore::open_for_reading(folder("running"))->trial("T1")->state == TrialState::running);
    }
    QVERIFY(StudyStore::open_for_reading(folder("running"))->trial("T1")->state == TrialState::running);
    const auto next = StudyStore::open_for_writing(folder("running"));
    QVERIFY(next);
    QVERIFY(next->trial("T1")->state == TrialState::interrupted);
    QVERIFY(!next->trial("T1")->error.empty());
    QVERIFY(next->trial("T2")->state == TrialState::queued);
}

/// Made by Python's sqlite3 and hashlib by the tables of version 1: files of that kind are out there.
void TestStoreOpening::a_file_of_the_first_version_is_read()
{
    const fs::path file = source_folder() / "tests/core/study/version_1.sql";
    QVERIFY(fs::exists(file));
    fs::create_directories(folder("version 1"));
    {
        auto database = ca::Database::open(folder("version 1") / ca::kStoreFile, ca::Database::Access::create);
        QVERIFY(database);
        const auto made = database->run_script(content(file));
        QVERIFY2(made, made ? "" : made.error().sentence.c_str());
    }
    for (const bool writes : {false, true}) {
        const auto store =
            writes ? StudyStore::open_for_writing(folder("version 1")) : StudyStore::open_for_reading(folder("version 1"));
        QVERIFY2(store, store ? "" : store.error().sentence.c_str());
        const auto facts = store->facts();
        QVERIFY2(facts, facts ? "" : facts.error().sentence.c_str());
        QCOMPARE(facts->name, std::string("old"));
        const auto trials = store->trials();
        QVERIFY2(trials, trials ? "" : trials.error().sentence.c_str());
        QCOMPARE(trials->size(), 2U);
        QCOMPARE(trials->at(0).id, std::string("T1"));
        QVERIFY(trials->at(0).selection);
        QCOMPARE(trials->at(0).selection->accuracy.correct, 2);
        QVERIFY(trials->at(0).selection->accuracy.right == (std::vector<std::uint8_t>{1, 0, 1}));
        QCOMPARE(trials->at(1).predicted_drop.value(), 0.25);
        QVERIFY(store->measurement_of("T1", TrialSplit::selection)->value().answers == (std::vector{4, -1, 0}));
    }
}

void TestStoreOpening::a_truncated_file_is_a_sentence_data()
{
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("bytes"); // more, or less
    QTest::newRow("nothing") << 0.0 << 0;
    QTest::newRow("a byte") << 0.0 << 1;
    QTest::newRow("half a header") << 0.0 << 50;
    QTest::newRow("a header") << 0.0 << 100;
    QTest::newRow("a page") << 0.0 << 4096;
    QTest::newRow("half") << 0.5 << 0;
    QTest::newRow("all but a page") << 1.0 << -4096;
    QTest::newRow("all but a byte") << 1.0 << -1;
}

void TestStoreOpening::a_truncated_file_is_a_sentence()
{
    QFETCH(double, share);
    QFETCH(int, bytes);
    const fs::path place = folder(std::string("truncated ") + QTest::currentDataTag());
    {
        auto store = StudyStore::create(place, some_facts());
        QVERIFY(store && store->transaction([&] { return fill(*store); }));
    }
    const std::string whole = content(place / ca::kStoreFile);
    write(place / ca::kStoreFile, whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()) + bytes)));
    for (const bool writes : {false, true}) {
        const auto store = writes ? StudyStore::open_for_writing(place) : StudyStore::open_for_reading(place);
        const auto read = store ? dump(*store) : ca::Result<std::string>(forward(store));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::bad_format);
        const std::string &sentence = read.error().sentence;
        QVERIFY2(contains(sentence, place.string()), sentence.c_str());
        QVERIFY2(contains(sentence, "is damaged (") || contains(sentence, "is not the file of a study"), sentence.c_str());
    }
}

void TestStoreOpening::a_flipped_bit_is_a_sentence_or_changes_nothing()
{
    {
        StudyStore store = fresh("flipped");
        QVERIFY(store.transaction([&] { return fill(store); }));
    }
    const fs::path file = folder("flipped") / ca::kStoreFile;
    const std::string whole = content(file);
    const std::string before = dump(*StudyStore::open_for_reading(folder("flipped"))).value();
    std::mt19937 random(7);
    int seen = 0;
    for (int i = 0; i < 400; ++i) {
        std::string changed = whole;
        // Every bit of the file's header, then anywhere.
        const std::size_t bit = i < 200 ? static_cast<std::size_t>(4 * i + i % 4) : random() % (whole.size() * 8);
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        write(file, changed);
        const auto store = StudyStore::open_for_reading(folder("flipped"));
        const auto after = store ? dump(*store) : ca::Result<std::string>(forward(store));
        if (after)
            QVERIFY2(*after == before, qPrintable(QStringLiteral("bit %1").arg(bit)));
        else
            QVERIFY2(after.error().sentence.size() > 20, after.error().sentence.c_str());
        seen += after ? 0 : 1;
    }
    QVERIFY2(seen > 100, qPrintable(QString::number(seen)));
}

QTEST_APPLESS_MAIN(TestStoreOpening)
#include "test_store_opening.moc"
