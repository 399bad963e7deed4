// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/house/rules.h"
#include "tests/support/shared_files.h"

#include <QRegularExpression>
#include <QtTest>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace fs = std::filesystem;

namespace {

QString joined(const Breaches &breaches)
{
    QStringList lines;
    for (const auto &breach : breaches)
        lines << QString::fromStdString(breach);
    return lines.join(QLatin1Char('\n'));
}

fs::path build_folder()
{
    return qEnvironmentVariable("CA_BUILD_DIR").toStdString();
}

std::string undefined_symbols(const fs::path &library)
{
    QProcess nm;
    nm.start(QStringLiteral("nm"),
             {QStringLiteral("--demangle"), QStringLiteral("--undefined-only"), QString::fromStdString(library.string())});
    return nm.waitForFinished(120000) && nm.exitCode() == 0 ? nm.readAllStandardOutput().toStdString() : std::string();
}

/// The folders of core that hold sources: each is one library.
std::set<std::string> folders_with_sources()
{
    std::set<std::string> folders;
    for (const auto &entry : fs::recursive_directory_iterator(source_folder() / "core"))
        if (entry.path().extension() == ".cpp")
            folders.insert(fs::relative(entry.path(), source_folder() / "core").begin()->string());
    return folders;
}

} // namespace

class TestLinkLines final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void compiling_core_sees_no_qt_and_compiling_ui_no_torch();
    void libraries_of_core_need_nothing_of_qt();
    void the_library_of_ui_needs_no_torch_no_network_no_files();
    void the_program_looks_for_libraries_only_in_folders_that_are_there();

    void the_check_of_compile_lines_catches_qt_and_torch();
    void the_check_of_symbols_catches_qt_in_core();
    void the_check_of_symbols_catches_torch_and_files_in_ui();
    void the_check_of_symbols_knows_qt_where_it_is();
};

void TestLinkLines::compiling_core_sees_no_qt_and_compiling_ui_no_torch()
{
    std::ifstream stream(build_folder() / "build.ninja");
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    if (text.empty())
        QSKIP("Only Ninja's build files can be read, and there are none.");
    QVERIFY(text.find("build core/CMakeFiles/core_base.dir/base/units.cpp.o: CXX_COMPILER") != std::string::npos);
    QCOMPARE(joined(breaches_of_compile_lines(text)), QString());
}

void TestLinkLines::libraries_of_core_need_nothing_of_qt()
{
    for (const auto &folder : folders_with_sources()) {
        const std::string symbols = undefined_symbols(build_folder() / ("core/libcore_" + folder + ".a"));
        QVERIFY2(!symbols.empty(), qPrintable(QStringLiteral("core_%1 is not built").arg(QString::fromStdString(folder))));
        QCOMPARE(joined(breaches_of_symbols("core", symbols)), QString());
    }
}

void TestLinkLines::the_library_of_ui_needs_no_torch_no_network_no_files()
{
    const std::string symbols = undefined_symbols(build_folder() / "ui/libui.a");
    QVERIFY2(!symbols.empty(), "ui is not built");
    QCOMPARE(joined(breaches_of_symbols("ui", symbols)), QString());
}

void TestLinkLines::the_program_looks_for_libraries_only_in_folders_that_are_there()
{
    QProcess readelf;
    readelf.start(QStringLiteral("readelf"), {QStringLiteral("--dynamic"), qEnvironmentVariable("CA_BINARY")});
    QVERIFY(readelf.waitForFinished(120000) && readelf.exitCode() == 0);
    const auto found = QRegularExpression(QStringLiteral("R(?:UN)?PATH\\)[^\\[]*\\[([^\\]]*)\\]"))
                           .match(QString::fromUtf8(readelf.readAllStandardOutput()));
    QVERIFY(found.hasMatch()); // LibTorch lies in no usual place
    for (const QString &folder : found.captured(1).split(QLatin1Char(':'), Qt::SkipEmptyParts))
        QVERIFY2(QFileInfo(folder).isDir(), qPrintable(folder));
}

void TestLinkLines::the_check_of_compile_lines_catches_qt_and_torch()
{
    const std::string core = "build core/CMakeFiles/core_scan.dir/scan/a.cpp.o: CXX_COMPILER__core_scan_Release a.cpp\n";
    const std::string ui = "build ui/CMakeFiles/ui.dir/layers/a.cpp.o: CXX_COMPILER__ui_Release a.cpp\n";
    QCOMPARE(breaches_of_compile_lines(core + "  INCLUDES = -isystem /usr/include/x86_64-linux-gnu/qt6/QtCore\n").size(), 1U);
    QCOMPARE(breaches_of_compile_lines(core + "  DEFINES = -DQT_CORE_LIB -DQT_NO_KEYWORDS\n").size(), 1U);
    QCOMPARE(breaches_of_compile_lines(ui + "  INCLUDES = -isystem /opt/torch/include\n").size(), 1U);
    QCOMPARE(breaches_of_compile_lines(ui + "  DEFINES = -DQT_NETWORK_LIB\n").size(), 1U);
    QCOMPARE(breaches_of_compile_lines(core + "  DEFINES = -DQT_NO_KEYWORDS\n  INCLUDES = -isystem /opt/torch/include\n").size(),
             0U);
    QCOMPARE(breaches_of_compile_lines(ui + "  INCLUDES = -isystem /usr/include/x86_64-linux-gnu/qt6/QtCore\n").size(), 0U);
}

void TestLinkLines::the_check_of_symbols_catches_qt_in_core()
{
    const std::string start = "\na.cpp.o:\n                 U ";
    QCOMPARE(joined(breaches_of_symbols("core", start + "QString::fromUtf8(QByteArrayView)\n")),
             QStringLiteral("core: a.cpp.o needs QString::fromUtf8(QByteArrayView)"));
    QCOMPARE(breaches_of_symbols("core", start + "ca::show(QString const&)\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("core", start + "qBadAlloc()\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("core", start + "vtable for QObject\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("core", start + "at::Context::setQEngine(at::QEngine)\n").size(), 0U);
    QCOMPARE(breaches_of_symbols("core", start + "qsort\n").size(), 0U);
}

void TestLinkLines::the_check_of_symbols_catches_torch_and_files_in_ui()
{
    const std::string start = "\na.cpp.o:\n                 U ";
    QCOMPARE(breaches_of_symbols("ui", start + "at::_ops::relu::call(at::Tensor const&)\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("ui", start + "ca::show(c10::IValue const&)\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("ui", start + "QFile::QFile(QString const&)\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("ui", start + "QNetworkReply::url() const\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("ui", start + "std::basic_ofstream<char, std::char_traits<char> >::close()\n").size(), 1U);
    QCOMPARE(breaches_of_symbols("ui", start + "QString::fromUtf8(QByteArrayView)\n").size(), 0U);
    QCOMPARE(breaches_of_symbols("ui", start + "std::format::at(int)\n").size(), 0U);
}

/// The same look at the window's own library, as if it were core: nm and the pattern find Qt where it surely is.
void TestLinkLines::the_check_of_symbols_knows_qt_where_it_is()
{
    const std::string symbols = undefined_symbols(build_folder() / "ui/libui.a");
    QVERIFY2(!symbols.empty(), "ui is not built");
    QVERIFY(breaches_of_symbols("core", symbols).size() > 10);
}

QTEST_APPLESS_MAIN(TestLinkLines)
#include "test_link_lines.moc"
