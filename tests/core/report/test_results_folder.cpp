// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results_folder.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

namespace {

void put(const QString &file, const QByteArray &content)
{
    QFile opened(file);
    QVERIFY(opened.open(QIODevice::WriteOnly));
    opened.write(content);
}

QByteArray read(const QString &file)
{
    QFile opened(file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray("(no file)");
}

ca::ReportSource study_named(const std::string &name)
{
    ca::ReportSource source;
    source.study.name = name;
    source.study.model_sha256 = "5f";
    return source;
}

const char *const kStudy = R"({"study": "s", "model_sha256": "5f"})";

/// A report of these files and of study.json.
std::vector<std::string> report(const QTemporaryDir &folder, const std::vector<std::pair<std::string, std::string>> &files)
{
    auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString(), study_named("s"));
    if (!results)
        return {results.error().text()};
    if (const auto written = results->write("study.json", kStudy); !written)
        return {written.error().text()};
    for (const auto &[name, content] : files)
        if (const auto written = results->write(name, content); !written)
            return {written.error().text()};
    if (const auto finished = results->finish("recipes"); !finished)
        return {finished.error().text()};
    return results->set_aside();
}

} // namespace

class TestResultsFolder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_its_files_and_their_checksums();
    void replaces_what_it_wrote_itself();
    void sets_aside_what_others_wrote();
    void sets_aside_what_was_edited();
    void leaves_alone_what_is_the_same();
    void removes_recipes_that_are_no_more();
    void knows_its_files_after_it_was_broken_off();
    void trusts_the_list_of_its_own_study_alone_data();
    void trusts_the_list_of_its_own_study_alone();
    void takes_away_what_it_has_nothing_for();
    void writes_nothing_outside();

private:
    static QString in(const QTemporaryDir &folder, const QString &name) { return folder.filePath("results/" + name); }
};

void TestResultsFolder::writes_its_files_and_their_checksums()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"report.html", "abc"}, {"recipes/T007.json", ""}}).empty());
    QCOMPARE(read(in(folder, "report.html")), QByteArray("abc"));
    // FIPS 180-2: SHA-256 of "abc", and of nothing; of study.json by sha256sum. Two spaces, as that writes.
    QCOMPARE(read(in(folder, "checksums.sha256")),
             QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  recipes/T007.json\n"
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.html\n"
                        "d51a3dd7ee0ac77b27cfc33d126514c80e335b4f20503369e04351623b0c943b  study.json\n"));
}

void TestResultsFolder::replaces_what_it_wrote_itself()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"report.html", "first"}}).empty());
    QVERIFY(report(folder, {{"report.html", "second"}}).empty());
    QCOMPARE(read(in(folder, "report.html")), QByteArray("second"));
    QCOMPARE(QDir(in(folder, "")).entryList(QDir::Files), (QStringList{"checksums.sha256", "report.html", "study.json"}));
}

void TestResultsFolder::sets_aside_what_others_wrote()
{
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir("results"));
    put(in(folder, "report.html"), "mine");
    put(in(folder, "report.1.html"), "mine, too");
    const auto said = report(folder, {{"report.html", "first"}});
    QCOMPARE(said.size(), std::size_t{1});
    QVERIFY(said[0].find("report.html") != std::string::npos && said[0].find("report.2.html") != std::string::npos);
    QCOMPARE(read(in(folder, "report.2.html")), QByteArray("mine"));
    QCOMPARE(read(in(folder, "report.1.html")), QByteArray("mine, too"));
    QCOMPARE(read(in(folder, "report.html")), QByteArray("first"));
}

void TestResultsFolder::sets_aside_what_was_edited()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"report.md", "first"}}).empty());
    put(in(folder, "report.md"), "first, with a note");
    QCOMPARE(report(folder, {{"report.md", "second"}}).size(), std::size_t{1});
    QCOMPARE(read(in(folder, "report.1.md")), QByteArray("first, with a note"));
    QCOMPARE(read(in(folder, "report.md")), QByteArray("second"));
    QVERIFY(report(folder, {{"report.md", "third"}}).empty());
}

void TestResultsFolder::leaves_alone_what_is_the_same()
{
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir("results"));
    put(in(folder, "report.md"), "same");
    QVERIFY(report(folder, {{"report.md", "same"}}).empty());
    QVERIFY(!QFile::exists(in(folder, "report.1.md")));
}

void TestResultsFolder::removes_recipes_that_are_no_more()
{
    const QTemporaryDir folder;
    QVERIFY(
        report(folder, {{"recipes/T003.json", "3"}, {"recipes/T004.json", "4"}, {"recipes/T005.json", "5"}, {"old.html", "o"}})
            .empty());
    put(in(folder, "recipes/T004.json"), "edited");
    put(in(folder, "recipes/mine.json"), "mine");
    QVERIFY(report(folder, {{"recipes/T005.json", "5"}}).empty());
    QCOMPARE(QDir(in(folder, "recipes")).entryList(QDir::Files), (QStringList{"mine.json", "T004.json", "T005.json"}));
    QVERIFY(QFile::exists(in(folder, "old.html")));
}

void TestResultsFolder::knows_its_files_after_it_was_broken_off()
{
    const QTemporaryDir folder;
    {
        auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString(), study_named("s"));
        QVERIFY(results);
        QVERIFY(results->write("study.json", kStudy));
        QVERIFY(results->write("report.html", "first"));
    }
    QVERIFY(report(folder, {{"report.html", "second"}}).empty());
    QVERIFY(!QFile::exists(in(folder, "report.1.html")));
}

void TestResultsFolder::trusts_the_list_of_its_own_study_alone_data()
{
    // SHA-256 of "mine", by sha256sum.
    const QByteArray mine = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff  report.html\n";
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<QByteArray>("study");
    QTest::newRow("a list of the user") << mine << QByteArray();
    QTest::newRow("another study") << mine + "cfd0813eb1151d4e7d83602c195f284459c649a83161a3325dc2d2b5ad2455ac  study.json\n"
                                   << QByteArray(R"({"study": "t", "model_sha256": "5f"})");
    QTest::newRow("another model") << mine + "66c5307759ac9f4a4ce32c8bb01d6ce405b7a269953d34744301ff5a8171ade7  study.json\n"
                                   << QByteArray(R"({"study": "s", "model_sha256": "60"})");
    QTest::newRow("an edited study") << mine + "d51a3dd7ee0ac77b27cfc33d126514c80e335b4f20503369e04351623b0c943b  study.json\n"
                                     << QByteArray(R"({"study": "s", "model_sha256": "5f"} )");
}

void TestResultsFolder::trusts_the_list_of_its_own_study_alone()
{
    QFETCH(const QByteArray, list);
    QFETCH(const QByteArray, study);
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir("results"));
    put(in(folder, "report.html"), "mine");
    put(in(folder, "checksums.sha256"), list);
    if (!study.isEmpty())
        put(in(folder, "study.json"), study);
    const auto said = report(folder, {{"report.html", "first"}});
    QCOMPARE(said.size(), study.isEmpty() ? std::size_t{2} : std::size_t{3});
    QCOMPARE(read(in(folder, "report.1.html")), QByteArray("mine"));
    QCOMPARE(read(in(folder, "checksums.1.sha256")), list);
    QVERIFY(study.isEmpty() || read(in(folder, "study.1.json")) == study);
}

void TestResultsFolder::takes_away_what_it_has_nothing_for()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"examples.png", "old"}, {"report.pdf", "old"}}).empty());
    put(in(folder, "report.pdf"), "edited");
    auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString(), study_named("s"));
    QVERIFY(results && results->drop("examples.png") && results->drop("report.pdf") && results->drop("failures.csv"));
    QVERIFY(results->finish("recipes"));
    QCOMPARE(results->set_aside().size(), std::size_t{1});
    QCOMPARE(read(in(folder, "report.1.pdf")), QByteArray("edited"));
    QCOMPARE(QDir(in(folder, "")).entryList(QDir::Files), (QStringList{"checksums.sha256", "report.1.pdf", "study.json"}));
    QVERIFY(!read(in(folder, "checksums.sha256")).contains("examples.png"));
}

void TestResultsFolder::writes_nothing_outside()
{
    const QTemporaryDir folder;
    auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString(), study_named("s"));
    QVERIFY(results);
    for (const char *name : {"../report.html", "recipes/../../x", "/tmp/x"}) {
        const auto written = results->write(name, "x");
        QVERIFY(!written);
        QVERIFY(written.error().code == ca::ErrorCode::usage);
    }
    QVERIFY(QDir(folder.path()).entryList(QDir::Files).isEmpty());
    // A list names a file outside: it is not removed.
    QVERIFY(report(folder, {}).empty());
    put(folder.filePath("x"), "abc");
    put(in(folder, "checksums.sha256"),
        read(in(folder, "checksums.sha256"))
            + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  recipes/../../x\n");
    QVERIFY(report(folder, {}).empty());
    QVERIFY(QFile::exists(folder.filePath("x")));
}

QTEST_APPLESS_MAIN(TestResultsFolder)
#include "test_results_folder.moc"
