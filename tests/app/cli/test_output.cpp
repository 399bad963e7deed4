// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"
#include "app/cli/output_place.h"

#include <QtTest>

#include <fstream>
#include <sstream>

using ca::Arguments;
using ca::Console;

class TestOutput final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void prints_one_object_or_a_text();
    void says_each_stage_once_where_there_is_no_terminal();
    void rewrites_one_line_on_a_terminal();
    void keeps_quiet();
    void says_failures_even_when_quiet();
    void notices_that_the_result_went_nowhere();
    void lines_up_columns();
    void refuses_a_place_without_writing();
    void takes_back_folders_that_stayed_empty();
};

namespace {

struct Captured {
    std::ostringstream out, err;
    Console console(const Arguments &arguments, int width = 0) { return Console({out, err, width, {}}, arguments); }
};

} // namespace

void TestOutput::prints_one_object_or_a_text()
{
    Arguments arguments;
    Captured text;
    QCOMPARE(text.console(arguments).result({{"a", 1}}, "a is 1\n"), 0);
    QCOMPARE(text.out.str(), std::string("a is 1\n"));
    arguments.json = true;
    Captured json;
    QCOMPARE(json.console(arguments).result({{"a", 1}}, "a is 1\n"), 0);
    QCOMPARE(json.out.str(), std::string("{\n  \"a\": 1\n}\n"));
    QCOMPARE(json.err.str(), std::string());
}

void TestOutput::says_each_stage_once_where_there_is_no_terminal()
{
    Captured captured;
    const ca::Progress progress = captured.console({}).progress();
    progress.report("Reading", 0, 2);
    progress.report("Reading", 2, 2);
    progress.report("Running", 0, 1);
    progress.report("Running", 1, 1);
    QCOMPARE(captured.err.str(), std::string("Reading\nRunning\n"));
    QCOMPARE(captured.out.str(), std::string());
}

void TestOutput::rewrites_one_line_on_a_terminal()
{
    Captured captured;
    const Console console = captured.console({}, 20);
    const ca::Progress progress = console.progress();
    progress.report("A stage with a name that is far too long", 0, 2);
    progress.report("Running", 1, 1);
    console.note("Done.");
    const QString text = QString::fromStdString(captured.err.str());
    QCOMPARE(text.count(QLatin1Char('\n')), 1); // the note's
    QCOMPARE(text.split(QLatin1String("\r\x1b[K")),
             QStringList({QStringLiteral("A stage with a name"), QStringLiteral("Running  1 of 1"), QStringLiteral("Done.\n")}));
}

void TestOutput::keeps_quiet()
{
    Arguments arguments;
    arguments.quiet = true;
    Captured captured;
    const Console console = captured.console(arguments);
    console.progress().report("Reading", 0, 2);
    console.note("A note.");
    console.warn("A warning.");
    QCOMPARE(captured.err.str(), std::string());
    arguments.quiet = false;
    arguments.log_level = ca::LogLevel::warning;
    Captured warned;
    warned.console(arguments).note("A note.");
    warned.console(arguments).warn("A warning.");
    QCOMPARE(warned.err.str(), std::string("A warning.\n"));
}

void TestOutput::says_failures_even_when_quiet()
{
    Arguments arguments;
    arguments.quiet = arguments.json = true;
    Captured captured;
    const ca::Error error{ca::ErrorCode::unsafe, "It runs\nmore \x1b than it computes.", nullptr};
    QCOMPARE(captured.console(arguments).fail(error), 4);
    QCOMPARE(captured.err.str(), std::string("It runs more   than it computes.\n"));
    QCOMPARE(captured.out.str(), std::string());
}

void TestOutput::notices_that_the_result_went_nowhere()
{
    Captured captured;
    captured.out.setstate(std::ios::badbit);
    QCOMPARE(captured.console({}).result({{"a", 1}}, "a is 1\n"), 1);
    QVERIFY(captured.err.str().find("standard output") != std::string::npos);
}

void TestOutput::lines_up_columns()
{
    QCOMPARE(ca::text_table({{"name", "size"}, {"\xC3\xA4", "10"}, {"longer"}}),
             std::string("name    size\n\xC3\xA4         10\nlonger\n"));
    QCOMPARE(ca::text_facts({{"name", "1"}, {"longer", "22"}}), std::string("name    1\nlonger  22\n"));
    QCOMPARE(ca::percent(0.9185), std::string("91.85 %"));
}

void TestOutput::refuses_a_place_without_writing()
{
    QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    QVERIFY(ca::check_place(root / "new" / "deeper"));
    QVERIFY(ca::check_place("")); // the working directory
    QVERIFY(!std::filesystem::exists(root / "new"));
    QFile blocker(folder.filePath(QStringLiteral("file")));
    QVERIFY(blocker.open(QIODevice::WriteOnly));
    const auto under_file = ca::check_place(root / "file" / "deeper");
    QVERIFY(!under_file);
    QCOMPARE(under_file.error().code, ca::ErrorCode::unwritable);
}

void TestOutput::takes_back_folders_that_stayed_empty()
{
    QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    {
        const ca::MadeFolders made(root / "a" / "b" / "");
        std::filesystem::create_directories(root / "a" / "b");
    }
    QVERIFY(!std::filesystem::exists(root / "a"));
    std::filesystem::create_directories(root / "stood");
    {
        const ca::MadeFolders made(root / "stood" / "full");
        std::filesystem::create_directories(root / "stood" / "full");
        std::ofstream(root / "stood" / "full" / "file") << "kept";
    }
    QVERIFY(std::filesystem::exists(root / "stood" / "full" / "file"));
    {
        const ca::MadeFolders made(root / "a");
        std::filesystem::create_directories(root / "stood" / "other");
    }
    QVERIFY(std::filesystem::exists(root / "stood" / "other"));
}

QTEST_APPLESS_MAIN(TestOutput)
#include "test_output.moc"
