// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/study_shelf.h"
#include "tests/support/stores.h"

#include <QtTest>

class TestStudyShelf final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lists_the_studies_of_the_folder_and_those_elsewhere();
    void a_folder_that_is_not_there_yet_holds_none();
    void a_damaged_study_is_listed_with_its_reason();
    void opens_a_study_while_it_is_written();
    void says_why_a_folder_holds_no_study();
    void the_last_of_two_openings_is_answered();
    void compares_two_studies();
    void copies_and_removes();
    void says_why_a_copy_was_not_made();
    void a_study_that_is_written_is_not_removed();
};

namespace {

constexpr int kMilliseconds = 60'000;

/// A folder of studies and its shelf.
struct Shelved {
    QTemporaryDir folder;
    ca::StudyShelf shelf{place("studies")};

    [[nodiscard]] std::filesystem::path place(const char *name) const
    {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    [[nodiscard]] QString text(const char *name) const { return QString::fromStdString(place(name).string()); }
    /// With three trials that are done and one that waits. Others hold the store while it is written.
    [[nodiscard]] ca::StudyStore make(const char *name) const
    {
        auto store = std::move(*ca::StudyStore::create(place(name), some_facts()));
        for (int number = 1; number <= 3; ++number)
            if (!add_done(store, number))
                QTest::qFail("a trial is not added", __FILE__, __LINE__);
        if (!store.add_trial(trial_number(4)))
            QTest::qFail("a trial is not added", __FILE__, __LINE__);
        return store;
    }
    std::vector<ca::StudyRow> rows(const QStringList &elsewhere = {})
    {
        QSignalSpy listed(&shelf, &ca::StudyShelf::listed);
        shelf.list(elsewhere);
        return listed.wait(kMilliseconds) ? listed.back().front().value<std::vector<ca::StudyRow>>()
                                          : std::vector<ca::StudyRow>();
    }
};

std::string sentence(const QSignalSpy &failed)
{
    return failed.back().back().value<ca::Error>().text();
}

} // namespace

void TestStudyShelf::lists_the_studies_of_the_folder_and_those_elsewhere()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/one");
    }
    {
        const auto closed = shelved.make("elsewhere/two");
    }
    {
        const auto closed = shelved.make("elsewhere/three");
    }
    const auto rows = shelved.rows({shelved.text("elsewhere/two"), shelved.text("gone/four"), shelved.text("studies/one")});
    QCOMPARE(rows.size(), std::size_t(2));
    for (const char *name : {"studies/one", "elsewhere/two"}) {
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&](const ca::StudyRow &one) { return one.folder == shelved.text(name); });
        QVERIFY(row != rows.end());
        QCOMPARE(row->model, QStringLiteral("resnet18"));
        QCOMPARE(row->trials, std::size_t(4));
        QCOMPARE(row->done, std::size_t(3));
        QVERIFY(row->writer.isEmpty() && row->problem.isEmpty());
    }
}

void TestStudyShelf::a_folder_that_is_not_there_yet_holds_none()
{
    Shelved shelved;
    QSignalSpy failed(&shelved.shelf, &ca::StudyShelf::list_failed);
    QVERIFY(shelved.rows().empty());
    QCOMPARE(failed.count(), 0);
}

void TestStudyShelf::a_damaged_study_is_listed_with_its_reason()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/good");
    }
    write(shelved.place("studies/bad/study.db"), "no database at all");
    const auto rows = shelved.rows();
    QCOMPARE(rows.size(), std::size_t(2));
    const auto bad = std::find_if(rows.begin(), rows.end(), [](const ca::StudyRow &row) { return !row.problem.isEmpty(); });
    QVERIFY(bad != rows.end());
    QCOMPARE(bad->name, QStringLiteral("bad"));
}

void TestStudyShelf::opens_a_study_while_it_is_written()
{
    Shelved shelved;
    auto writer = shelved.make("studies/one");
    QSignalSpy opened(&shelved.shelf, &ca::StudyShelf::opened);
    shelved.shelf.open(shelved.text("studies/one"));
    QVERIFY(opened.wait(kMilliseconds));
    const auto study = opened.front().front().value<std::shared_ptr<const ca::ShelvedStudy>>();
    QCOMPARE(study->folder, shelved.place("studies/one"));
    QCOMPARE(study->study->trials.size(), std::size_t(4));
    QCOMPARE(study->study->trials[2].selection->accuracy.correct, std::int64_t(3));
    QCOMPARE(study->facts, some_facts());
    QVERIFY(!shelved.rows().front().writer.isEmpty());
    QVERIFY(add_done(writer, 5)); // it goes on
}

void TestStudyShelf::says_why_a_folder_holds_no_study()
{
    Shelved shelved;
    QSignalSpy failed(&shelved.shelf, &ca::StudyShelf::open_failed);
    shelved.shelf.open(shelved.text("studies/none"));
    QVERIFY(failed.wait(kMilliseconds));
    QVERIFY(contains(sentence(failed), "none"));
    write(shelved.place("studies/bad/study.db"), std::string(5000, 'x'));
    shelved.shelf.open(shelved.text("studies/bad"));
    QVERIFY(failed.wait(kMilliseconds));
    QVERIFY(contains(sentence(failed), "bad"));
}

void TestStudyShelf::the_last_of_two_openings_is_answered()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/one");
    }
    {
        const auto closed = shelved.make("studies/two");
    }
    QSignalSpy opened(&shelved.shelf, &ca::StudyShelf::opened);
    shelved.shelf.open(shelved.text("studies/one"));
    shelved.shelf.open(shelved.text("studies/two"));
    QVERIFY(opened.wait(kMilliseconds));
    QTest::qWait(50);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened.front().front().value<std::shared_ptr<const ca::ShelvedStudy>>()->folder, shelved.place("studies/two"));
}

void TestStudyShelf::compares_two_studies()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/one");
    }
    {
        const auto closed = shelved.make("studies/two");
    }
    QSignalSpy compared(&shelved.shelf, &ca::StudyShelf::compared);
    QSignalSpy failed(&shelved.shelf, &ca::StudyShelf::compare_failed);
    shelved.shelf.compare(shelved.text("studies/one"), shelved.text("studies/two"));
    QVERIFY(compared.wait(kMilliseconds));
    const auto facts = compared.front().front().value<ca::ComparisonFacts>();
    QCOMPARE(facts.studies[0].trials, QStringLiteral("3 of 4 finished"));
    QCOMPARE(facts.studies[1].images, QStringLiteral("10 of selection, 10 of holdout"));
    shelved.shelf.compare(shelved.text("studies/one"), shelved.text("studies/gone"));
    QVERIFY(failed.wait(kMilliseconds));
    QVERIFY(contains(sentence(failed), "gone"));
}

void TestStudyShelf::copies_and_removes()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/one");
    }
    QSignalSpy copied(&shelved.shelf, &ca::StudyShelf::copied);
    shelved.shelf.copy(shelved.text("studies/one"), shelved.text("studies/copy"));
    QVERIFY(copied.wait(kMilliseconds));
    QCOMPARE(shelved.rows().size(), std::size_t(2));
    write(shelved.place("studies/one/notes.txt"), "a person's own");
    QSignalSpy removed(&shelved.shelf, &ca::StudyShelf::removed);
    shelved.shelf.remove(shelved.text("studies/one"));
    QVERIFY(removed.wait(kMilliseconds));
    QCOMPARE(removed.front().at(1).toStringList(), QStringList{shelved.text("studies/one/notes.txt")});
    const auto rows = shelved.rows();
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows.front().name, QStringLiteral("copy"));
    QCOMPARE(rows.front().done, std::size_t(3));
}

void TestStudyShelf::says_why_a_copy_was_not_made()
{
    Shelved shelved;
    {
        const auto closed = shelved.make("studies/one");
    }
    {
        const auto closed = shelved.make("studies/two");
    }
    QSignalSpy failed(&shelved.shelf, &ca::StudyShelf::change_failed);
    shelved.shelf.copy(shelved.text("studies/one"), shelved.text("studies/two")); // not over another
    QVERIFY(failed.wait(kMilliseconds));
    QVERIFY(contains(sentence(failed), "two"));
}

void TestStudyShelf::a_study_that_is_written_is_not_removed()
{
    Shelved shelved;
    const auto writer = shelved.make("studies/one");
    QSignalSpy failed(&shelved.shelf, &ca::StudyShelf::change_failed);
    shelved.shelf.remove(shelved.text("studies/one"));
    QVERIFY(failed.wait(kMilliseconds));
    QCOMPARE(shelved.rows().size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(TestStudyShelf)
#include "test_study_shelf.moc"
