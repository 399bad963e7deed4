// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/first_load.h"
#include "core/model/limited_child.h"
#include "tests/corpus/hostile_archives.h"
#include "tests/corpus/hostile_pickles.h"
#include "tests/corpus/hostile_safetensors.h"
#include "tests/corpus/hostile_scripts.h"
#include "tests/support/datasets.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sys/resource.h>

namespace fs = std::filesystem;

/// Every file is looked at in a child, so that its peak memory can be told and this process shows that it lives on.
class TestHostileFiles final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_kept_from_harm_data();
    void is_kept_from_harm();
    void none_took_two_gigabytes();
    void there_are_enough_of_them();

private:
    qint64 slowest_ = 0; ///< milliseconds
};

namespace {

const HostileFiles &hostile_files()
{
    static const HostileFiles all = [] {
        HostileFiles files = hostile_archives::names();
        for (const auto &more : {hostile_archives::records(), hostile_pickles::calls(), hostile_pickles::sizes(),
                                 hostile_safetensors::all(), hostile_scripts::findings(), hostile_scripts::surprises()})
            files.insert(files.end(), more.begin(), more.end());
#ifdef CA_SANITIZED // the address sanitizer cannot live with a limit on memory
        std::erase_if(files, [](const HostileFile &file) { return file.guard == Guard::child && file.grows; });
#endif
        return files;
    }();
    return all;
}

ca::Status told(std::string sentence)
{
    return ca::fail(ca::ErrorCode::unsafe, std::move(sentence));
}

/// What inspection says that holds `part`, else the first that it says; success where it has nothing to say.
ca::Status inspected(const fs::path &file, const std::string &part)
{
    const auto inspection = ca::inspect_file(file);
    if (!inspection)
        return ca::forward(inspection);
    if (inspection->findings.empty())
        return {};
    const auto loaded = ca::load_model(file, {}, {}, {});
    if (loaded || loaded.error().code != ca::ErrorCode::unsafe)
        return told("It was loaded in spite of its findings.");
    for (const ca::CodeFinding &finding : inspection->findings)
        if (finding.what.find(part) != std::string::npos)
            return told(finding.what);
    return told(inspection->findings.front().what);
}

ca::Status verdict_on(const fs::path &file, const HostileFile &hostile)
{
    auto child = ca::LimitedChild::fork([&] { return inspected(file, hostile.part); });
    if (!child)
        return ca::forward(child);
    const auto end = child->wait(std::chrono::seconds(20), {});
    if (!end.is_clean())
        return told("Inspection ended its process.");
    if (hostile.guard != Guard::child && hostile.guard != Guard::nothing)
        return *end.report;
    return *end.report ? ca::load_in_child("/proc/self/exe", file, {}, {})
                       : told("Inspection stopped it: " + end.report->error().text());
}

std::string content_of(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

void TestHostileFiles::is_kept_from_harm_data()
{
    QTest::addColumn<int>("row");
    for (int i = 0; i < static_cast<int>(hostile_files().size()); ++i) {
        const HostileFile &file = hostile_files()[static_cast<std::size_t>(i)];
        QTest::addRow("%s, %s", file.name.c_str(), file.what) << i;
    }
}

void TestHostileFiles::is_kept_from_harm()
{
    QFETCH(int, row);
    const HostileFile &hostile = hostile_files().at(static_cast<std::size_t>(row));
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString(), file = root / hostile.name;
    const std::string bytes = hostile.bytes();
    QVERIFY(write_bytes(file, bytes) && write_bytes(root / "other", "other"));
    QVERIFY(QDir::setCurrent(folder.path())); // where its code would write

    QElapsedTimer timer;
    timer.start();
    const auto verdict = verdict_on(file, hostile);
    slowest_ = std::max(slowest_, timer.elapsed());
    QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));

    const QString sentence = verdict ? QString() : QString::fromStdString(verdict.error().text());
    QVERIFY2(hostile.guard == Guard::nothing || !verdict, "It was accepted.");
    QVERIFY2(sentence.contains(QString::fromUtf8(hostile.part)), qPrintable(sentence));
    QVERIFY2(verdict || (sentence.endsWith('.') && !sentence.contains('\x1B') && sentence.toUtf8().size() < 1001),
             qPrintable(sentence));

    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 2);
    QVERIFY(content_of(root / "other") == "other");
    QVERIFY(content_of(file) == bytes);
}

void TestHostileFiles::none_took_two_gigabytes()
{
#ifdef CA_SANITIZED
    QSKIP("This machine's figures are those of the address sanitizer.");
#endif
    rusage used{};
    QCOMPARE(getrusage(RUSAGE_CHILDREN, &used), 0);
    QVERIFY2(used.ru_maxrss < 2'000'000, qPrintable(QString::number(used.ru_maxrss))); // in kilobytes, of the largest
    qInfo("result: hostile files: %zu, slowest verdict %.1f s, largest process %ld MB", hostile_files().size(),
          static_cast<double>(slowest_) / 1000, used.ru_maxrss / 1000);
}

void TestHostileFiles::there_are_enough_of_them()
{
    QVERIFY(hostile_files().size() >= 60);
}

/// The test is the program that its children run, too.
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1] == ca::kLoadCheck)
        return ca::load_check_main(argc, argv);
    TestHostileFiles test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_hostile_files.moc"
