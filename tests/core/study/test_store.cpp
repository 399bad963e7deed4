// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store.h"
#include "tests/support/stores.h"

#include <QCryptographicHash>
#include <QtTest>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::StudyStore;
using ca::TrialSplit;
using ca::TrialState;

class TestStore final : public QObject, StudyFolders {
    Q_OBJECT
private Q_SLOTS:
    void facts_come_back_as_they_were();
    void trials_come_back_as_they_were();
    void a_finished_trial_brings_its_measurement_and_answers();
    void what_was_measured_is_found_by_its_key_alone();
    void an_update_keeps_the_measurements();
    void trials_stand_in_the_order_of_their_numbers();
    void a_trial_that_is_there_or_is_not_there_is_an_error();
    void several_changes_are_made_as_one();
    void trials_are_compared_image_by_image();
    void trials_on_other_images_are_not_compared();
    void tables_transcript_hypervolume_and_files_come_back();
    void only_files_of_the_study_are_named();
};

void TestStore::facts_come_back_as_they_were()
{
    {
        StudyStore store = fresh("facts");
        QVERIFY(store.facts() == some_facts());
        ca::StudyFacts other = some_facts();
        other.float_bytes = ca::bytes(1);
        QVERIFY(store.set_facts(other));
    }
    const auto reader = StudyStore::open_for_reading(folder("facts"));
    QVERIFY(reader);
    ca::StudyFacts expected = some_facts();
    expected.float_bytes = ca::bytes(1);
    QVERIFY(reader->facts() == expected);
}

void TestStore::trials_come_back_as_they_were()
{
    ca::Trial parent = trial_number(1);
    ca::Trial trial = trial_number(2);
    trial.parent = "T1";
    trial.origin = ca::TrialOrigin::advisor;
    trial.name = "4 bits, \xC3\xA9";
    trial.predicted_drop = 0.1 + 0.2;
    trial.state = TrialState::failed;
    trial.on_front = true;
    trial.seconds = 1.0 / 3;
    trial.error = "It ran out of memory.";
    {
        StudyStore store = fresh("trials");
        QVERIFY(store.add_trial(parent));
        QVERIFY(store.add_trial(trial));
    }
    const auto reader = StudyStore::open_for_reading(folder("trials"));
    QVERIFY(reader);
    const auto trials = reader->trials();
    QVERIFY2(trials, trials ? "" : trials.error().sentence.c_str());
    QCOMPARE(trials->size(), 2U);
    const ca::Trial &back = trials->at(1);
    QCOMPARE(back.id, std::string("T2"));
    QVERIFY(back.parent == "T1" && !trials->at(0).parent);
    QVERIFY(back.origin == ca::TrialOrigin::advisor && trials->at(0).origin == ca::TrialOrigin::planner);
    QCOMPARE(back.method, std::string("mixed"));
    QCOMPARE(back.name, trial.name);
    QCOMPARE(back.reason, std::string("a knee of the curve"));
    QVERIFY(back.recipe == recipe_number(2));
    QCOMPARE(back.recipe_hash, hash(recipe_number(2)));
    QCOMPARE(back.predicted_bytes.value, 5'000'002);
    QVERIFY(back.predicted_drop == 0.1 + 0.2 && !trials->at(0).predicted_drop);
    QVERIFY(back.state == TrialState::failed && trials->at(0).state == TrialState::queued);
    QVERIFY(back.on_front && !trials->at(0).on_front);
    QCOMPARE(back.seconds, 1.0 / 3);
    QCOMPARE(back.error, std::string("It ran out of memory."));
    QVERIFY(!back.selection && !back.holdout);
    for (const TrialState state : {TrialState::queued, TrialState::failed})
        QVERIFY(reader->count(state) == 1U);
    QVERIFY(reader->count() == 2U);
}

void TestStore::a_finished_trial_brings_its_measurement_and_answers()
{
    const auto record = record_for(recipe_number(1), TrialSplit::selection);
    StudyStore store = fresh("finished");
    QVERIFY(add_done(store, 1));
    const auto trial = store.trial("T1");
    QVERIFY(trial);
    QVERIFY(trial->state == TrialState::done && trial->selection && !trial->holdout);
    QVERIFY(trial->selection->accuracy.right == record.measurement.accuracy.right);
    QVERIFY(to_json(*trial->selection) == to_json(record.measurement));
    const auto back = store.measurement_of("T1", TrialSplit::selection);
    QVERIFY(back && *back);
    QVERIFY((*back)->key == record.key);
    QVERIFY((*back)->answers == record.answers);
    const auto none = store.measurement_of("T1", TrialSplit::holdout);
    QVERIFY(none && !*none);
}

void TestStore::what_was_measured_is_found_by_its_key_alone()
{
    const auto record = record_for(recipe_number(1), TrialSplit::selection);
    StudyStore store = fresh("key");
    QVERIFY(add_done(store, 1));
    const auto found = store.find_measurement(record.key);
    QVERIFY(found && *found);
    QVERIFY((*found)->answers == record.answers);
    std::vector<ca::MeasurementKey> others(6, record.key);
    others[0].model = "x";
    others[1].recipe = "x";
    others[2].data = "x";
    others[3].split = "x";
    others[4].seed = 0;
    others[5].program = "0.1.1";
    for (const ca::MeasurementKey &other : others) {
        const auto none = store.find_measurement(other);
        QVERIFY(none && !*none);
    }
}

void TestStore::an_update_keeps_the_measurements()
{
    StudyStore store = fresh("update");
    QVERIFY(add_done(store, 1));
    ca::Trial trial = trial_number(1);
    trial.state = TrialState::done;
    trial.on_front = true;
    QVERIFY(store.update_trial(trial));
    QVERIFY(store.record(trial, TrialSplit::holdout, record_for(trial.recipe, TrialSplit::holdout, {5})));
    const auto back = store.trial("T1");
    QVERIFY(back && back->selection && back->holdout);
    QVERIFY(back->on_front);
    QCOMPARE(back->selection->accuracy.correct, 3);
    QCOMPARE(back->holdout->accuracy.correct, 1);
}

void TestStore::trials_stand_in_the_order_of_their_numbers()
{
    StudyStore store = fresh("order");
    for (const int number : {10, 2, 1, 9})
        QVERIFY(store.add_trial(trial_number(number)));
    ca::Trial merged = trial_number(3);
    merged.id = "TM0";
    QVERIFY(store.add_trial(merged));
    const auto trials = store.trials();
    QVERIFY(trials);
    std::string order;
    for (const ca::Trial &trial : *trials)
        order += trial.id + " ";
    QCOMPARE(order, std::string("T1 T2 T9 T10 TM0 "));
    const auto same = store.trials_of(hash(recipe_number(9)));
    QVERIFY(same && same->size() == 1);
    QCOMPARE(same->front().id, std::string("T9"));
}

void TestStore::a_trial_that_is_there_or_is_not_there_is_an_error()
{
    StudyStore store = fresh("there");
    QVERIFY(store.add_trial(trial_number(1)));
    const auto again = store.add_trial(trial_number(1));
    QVERIFY(!again);
    QVERIFY2(contains(again.error().sentence, "The study has a trial T1 already"), again.error().sentence.c_str());
    for (const ca::Status &missing :
         {store.update_trial(trial_number(2)),
          store.record(trial_number(2), TrialSplit::selection, record_for(recipe_number(2), TrialSplit::selection))}) {
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::not_found);
    }
    QVERIFY(!store.trial("T2"));
    ca::Trial orphan = trial_number(3);
    orphan.parent = "T99";
    QVERIFY(!store.add_trial(orphan));
    QVERIFY(store.count() == 1U);
}

void TestStore::several_changes_are_made_as_one()
{
    StudyStore store = fresh("as one");
    QVERIFY(store.add_trial(trial_number(1)));
    const auto done = store.transaction([&]() -> ca::Status {
        if (const auto added = add_done(store, 2); !added)
            return added;
        if (const auto logged = store.log_hypervolume(1, 2); !logged)
            return logged;
        return store.add_trial(trial_number(1)); // is there already
    });
    QVERIFY(!done);
    QVERIFY(store.count() == 1U);
    QVERIFY(store.hypervolume()->empty());
    const auto measured = store.find_measurement(record_for(recipe_number(2), TrialSplit::selection).key);
    QVERIFY(measured && !*measured);
}

void TestStore::trials_are_compared_image_by_image()
{
    StudyStore store = fresh("compare");
    for (const auto &[number, right] : {std::pair(1, std::vector{0, 1, 2, 3, 4, 5, 6}), std::pair(2, std::vector{6, 7})}) {
        ca::Trial trial = trial_number(number);
        QVERIFY(store.add_trial(trial));
        trial.state = TrialState::done;
        QVERIFY(store.record(trial, TrialSplit::selection, record_for(trial.recipe, TrialSplit::selection, right)));
    }
    const auto compared = store.compare("T1", "T2", TrialSplit::selection);
    QVERIFY(compared);
    QCOMPARE(compared->fixed, 1);       // 7
    QCOMPARE(compared->broken, 6);      // 0 to 5
    QCOMPARE(compared->p_value, 0.125); // 2 (C(7,0) + C(7,1)) / 2^7
    const auto back = store.compare("T2", "T1", TrialSplit::selection);
    QVERIFY(back);
    QCOMPARE(back->fixed, 6);
    QCOMPARE(back->broken, 1);
}

void TestStore::trials_on_other_images_are_not_compared()
{
    StudyStore store = fresh("other images");
    QVERIFY(add_done(store, 1));
    QVERIFY(add_done(store, 2));
    const auto unmeasured = store.compare("T1", "T2", TrialSplit::holdout);
    QVERIFY(!unmeasured);
    QVERIFY2(contains(unmeasured.error().sentence, "The trial T1 was not measured on holdout"),
             unmeasured.error().sentence.c_str());
    ca::Trial trial = trial_number(2);
    trial.state = TrialState::done;
    auto other = record_for(trial.recipe, TrialSplit::selection);
    other.key.split = std::string(64, 'd');
    QVERIFY(store.record(trial, TrialSplit::selection, other));
    const auto compared = store.compare("T1", "T2", TrialSplit::selection);
    QVERIFY(!compared);
    QCOMPARE(compared.error().code, ErrorCode::bad_data);
    QVERIFY(!store.compare("T1", "T3", TrialSplit::selection));
}

void TestStore::tables_transcript_hypervolume_and_files_come_back()
{
    {
        StudyStore store = fresh("tables");
        const auto filled = fill(store);
        QVERIFY2(filled, filled ? "" : filled.error().sentence.c_str());
        QVERIFY(store.log_hypervolume(2, 5e-324)); // the last word
        QVERIFY(store.set_scan("sensitivity", {{"layers", {4}}}));
    }
    const auto store = StudyStore::open_for_reading(folder("tables"));
    QVERIFY(store);
    const auto scan = store->scan("sensitivity");
    QVERIFY(scan && *scan);
    QCOMPARE((*scan)->dump(), std::string(R"({"layers":[4]})"));
    const auto none = store->scan("times");
    QVERIFY(none && !*none);
    QVERIFY(store->transcript() == (std::vector<ca::Json>{{{"role", "user"}, {"text", "smaller"}}, "a second entry"}));
    const auto log = store->hypervolume();
    QVERIFY(log && log->size() == 2);
    QCOMPARE(log->at(0).second, 1.0 / 3);
    QCOMPARE(log->at(1).second, 5e-324);
    const auto files = store->artefacts();
    QVERIFY(files && files->size() == 1);
    QCOMPARE(files->front().kind, std::string("export"));
    QCOMPARE(files->front().path, fs::path("T1.safetensors"));
    QCOMPARE(files->front().size.value, 7);
    QCOMPARE(QByteArray::fromStdString(files->front().sha256),
             QCryptographicHash::hash("weights", QCryptographicHash::Sha256).toHex());
}

void TestStore::only_files_of_the_study_are_named()
{
    write(folder("outside"), "secret");
    StudyStore store = fresh("paths");
    fs::create_directory_symlink(folder(""), store.folder() / "link");
    for (const fs::path &path : {fs::path("../outside"), folder("outside"), fs::path("a/../../outside"), fs::path("link/outside"),
                                 fs::path(""), fs::path("./x"), fs::path("x/")}) {
        const auto added = store.add_artefact("export", path);
        QVERIFY2(!added, path.c_str());
        QCOMPARE(added.error().code, ErrorCode::usage);
    }
    const auto missing = store.add_artefact("export", "T1.safetensors");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::not_found);
    QVERIFY(store.artefacts()->empty());
}

QTEST_APPLESS_MAIN(TestStore)
#include "test_store.moc"
