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

/// A report of these files.
std::vector<std::string> report(const QTemporaryDir &folder, const std::vector<std::pair<std::string, std::string>> &files)
{
    auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString());
    if (!results)
        return {results.error().text()};
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
    void writes_nothing_outside();

private:
    static QString in(const QTemporaryDir &folder, const QString &name) { return folder.filePath("results/" + name); }
};

void TestResultsFolder::writes_its_files_and_their_checksums()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"report.html", "abc"}, {"recipes/T007.json", ""}}).empty());
    QCOMPARE(read(in(folder, "report.html")), QByteArray("abc"));
    // FIPS 180-2: SHA-256 of "abc", and of nothing; two spaces, as sha256sum writes.
    QCOMPARE(read(in(folder, "checksums.sha256")),
             QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  recipes/T007.json\n"
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.html\n"));
}

void TestResultsFolder::replaces_what_it_wrote_itself()
{
    const QTemporaryDir folder;
    QVERIFY(report(folder, {{"report.html", "first"}}).empty());
    QVERIFY(report(folder, {{"report.html", "second"}}).empty());
    QCOMPARE(read(in(folder, "report.html")), QByteArray("second"));
    QCOMPARE(QDir(in(folder, "")).entryList(QDir::Files), (QStringList{"checksums.sha256", "report.html"}));
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
        auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString());
        QVERIFY(results);
        QVERIFY(results->write("report.html", "first"));
    }
    QVERIFY(report(folder, {{"report.html", "second"}}).empty());
    QVERIFY(!QFile::exists(in(folder, "report.1.html")));
}

void TestResultsFolder::writes_nothing_outside()
{
    const QTemporaryDir folder;
    auto results = ca::ResultsFolder::open(folder.filePath("results").toStdString());
    QVERIFY(results);
    for (const char *name : {"../report.html", "recipes/../../x", "/tmp/x"}) {
        const auto written = results->write(name, "x");
        QVERIFY(!written);
        QVERIFY(written.error().code == ca::ErrorCode::usage);
    }
    QVERIFY(QDir(folder.path()).entryList(QDir::Files).isEmpty());
    // A list from elsewhere names a file outside: it is not removed.
    put(folder.filePath("x"), "abc");
    put(in(folder, "checksums.sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  recipes/../../x\n");
    QVERIFY(report(folder, {}).empty());
    QVERIFY(QFile::exists(folder.filePath("x")));
}

QTEST_APPLESS_MAIN(TestResultsFolder)
#include "test_results_folder.moc"
