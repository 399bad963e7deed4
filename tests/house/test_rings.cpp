// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/house/rules.h"
#include "tests/support/shared_files.h"

#include <QtTest>

#include <fstream>

namespace fs = std::filesystem;

namespace {

/// A made-up tree of one file.
class Tree {
public:
    Tree(const std::string &name, const std::string &content)
    {
        const fs::path file = root() / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << content;
    }
    [[nodiscard]] fs::path root() const { return folder_.path().toStdString(); }

private:
    QTemporaryDir folder_;
};

QString joined(const Breaches &breaches)
{
    QStringList lines;
    for (const auto &breach : breaches)
        lines << QString::fromStdString(breach);
    return lines.join(QLatin1Char('\n'));
}

} // namespace

class TestRings final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void includes_keep_to_the_rings();
    void each_file_names_its_licence();
    void no_file_is_longer_than_five_hundred_lines();
    void nothing_else_stands_at_the_top();

    void the_include_check_catches_data();
    void the_include_check_catches();
    void the_include_check_lets_pass_data();
    void the_include_check_lets_pass();
    void the_licence_check_catches_a_file_without();
    void the_length_check_counts_to_five_hundred();
    void the_top_level_check_catches_a_stray_folder();
    void products_of_building_are_not_looked_at();
};

void TestRings::includes_keep_to_the_rings()
{
    const fs::path root = source_folder();
    QVERIFY2(fs::exists(root / "core/base/result.h"), "set CA_SOURCE_DIR to the sources");
    QCOMPARE(joined(breaches_of_includes(root)), QString());
}

void TestRings::each_file_names_its_licence()
{
    QCOMPARE(joined(breaches_of_licence(source_folder())), QString());
}

void TestRings::no_file_is_longer_than_five_hundred_lines()
{
    QCOMPARE(joined(breaches_of_length(source_folder())), QString());
}

void TestRings::nothing_else_stands_at_the_top()
{
    QCOMPARE(joined(breaches_of_top_level(source_folder())), QString());
}

void TestRings::the_include_check_catches_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("header");
    QTest::addColumn<QString>("why");
    QTest::newRow("Qt in core") << "core/scan/a.cpp"
                                << "<QString>"
                                << "core knows no Qt";
    QTest::newRow("a Qt module in core") << "core/scan/a.h"
                                         << "<QtCore/QString>"
                                         << "core knows no Qt";
    QTest::newRow("an old Qt header in core") << "core/scan/a.h"
                                              << "<qglobal.h>"
                                              << "core knows no Qt";
    QTest::newRow("ui in core") << "core/scan/a.cpp"
                                << "\"ui/layers/pane.h\""
                                << "core lies beneath";
    QTest::newRow("app in core") << "core/scan/a.cpp"
                                 << "\"app/cli/cli.h\""
                                 << "core lies beneath";
    QTest::newRow("torch in a public header") << "core/model/model.h"
                                              << "<torch/script.h>"
                                              << "torch stays in .cpp";
    QTest::newRow("torch by another header") << "core/model/model.h"
                                             << "\"core/program/program_torch.h\""
                                             << "torch stays in .cpp";
    QTest::newRow("upwards in the stack") << "core/program/a.cpp"
                                          << "\"core/model/model.h\""
                                          << "model comes after program";
    QTest::newRow("search before study") << "core/search/a.h"
                                         << "\"core/study/study.h\""
                                         << "study comes after search";
    QTest::newRow("an unknown folder") << "core/misc/a.h"
                                       << "\"core/base/units.h\""
                                       << "no folder misc";
    QTest::newRow("torch in ui") << "ui/layers/a.cpp"
                                 << "<ATen/ATen.h>"
                                 << "torch stays inside core";
    QTest::newRow("torch in app") << "app/cli/a.cpp"
                                  << "<c10/core/Device.h>"
                                  << "torch stays inside core";
    QTest::newRow("network in ui") << "ui/chat/a.cpp"
                                   << "<QNetworkAccessManager>"
                                   << "ui has no network";
    QTest::newRow("network module in ui") << "ui/chat/a.cpp"
                                          << "<QtNetwork/QHostInfo>"
                                          << "ui has no network";
    QTest::newRow("a file in ui") << "ui/chat/a.cpp"
                                  << "<QFile>"
                                  << "ui has no network and no file access";
    QTest::newRow("a file of a module in ui") << "ui/chat/a.cpp"
                                              << "<QtCore/QFile>"
                                              << "ui has no network and no file access";
    QTest::newRow("a stream in ui") << "ui/chat/a.cpp"
                                    << "<fstream>"
                                    << "ui has no network and no file access";
    QTest::newRow("app in ui") << "ui/chat/a.cpp"
                               << "\"app/session/session.h\""
                               << "ui lies beneath app";
    QTest::newRow("tests in the program") << "app/cli/a.cpp"
                                          << "\"tests/support/shared_files.h\""
                                          << "does not use its tests";
}

void TestRings::the_include_check_catches()
{
    QFETCH(QString, file);
    QFETCH(QString, header);
    QFETCH(QString, why);
    const Tree tree(file.toStdString(), "#pragma once\n#include " + header.toStdString() + "\n");
    const auto breaches = breaches_of_includes(tree.root());
    QCOMPARE(breaches.size(), std::size_t(1));
    const QString breach = QString::fromStdString(breaches.front());
    QVERIFY2(breach.startsWith(file + QLatin1String(":2 ")), qPrintable(breach));
    QVERIFY2(breach.contains(why), qPrintable(breach));
}

void TestRings::the_include_check_lets_pass_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("header");
    QTest::newRow("torch in a source of core") << "core/model/torchscript.cpp"
                                               << "<torch/script.h>";
    QTest::newRow("torch in its own headers") << "core/program/program_torch.h"
                                              << "<ATen/ATen.h>";
    QTest::newRow("down the stack") << "core/report/a.cpp"
                                    << "\"core/base/units.h\"";
    QTest::newRow("within a folder") << "core/scan/a.cpp"
                                     << "\"core/scan/weight_noise.h\"";
    QTest::newRow("Qt in ui") << "ui/layers/a.h"
                              << "<QWidget>";
    QTest::newRow("core in ui") << "ui/layers/a.h"
                                << "\"core/search/front.h\"";
    QTest::newRow("ui and network in app") << "app/llm/a.cpp"
                                           << "<QNetworkAccessManager>";
    QTest::newRow("a commented include") << "core/base/a.h"
                                         << "// not <QString>";
}

void TestRings::the_include_check_lets_pass()
{
    QFETCH(QString, file);
    QFETCH(QString, header);
    const std::string start = header.startsWith(QLatin1String("//")) ? "// #include " : "#include ";
    const Tree tree(file.toStdString(), start + header.toStdString() + "\n");
    QCOMPARE(joined(breaches_of_includes(tree.root())), QString());
}

void TestRings::the_licence_check_catches_a_file_without()
{
    QCOMPARE(breaches_of_licence(Tree("core/base/a.cpp", "int a;\n").root()).size(), std::size_t(1));
    QCOMPARE(breaches_of_licence(Tree("packaging/run", "#!/bin/sh\n").root()).size(), std::size_t(1));
    QCOMPARE(breaches_of_licence(Tree("core/CMakeLists.txt", "").root()).size(), std::size_t(1));
    const std::string named = "// SPDX-License-Identifier: GPL-3.0-or-later\nint a;\n";
    QCOMPARE(breaches_of_licence(Tree("core/base/a.cpp", named).root()).size(), std::size_t(0));
}

void TestRings::the_length_check_counts_to_five_hundred()
{
    QCOMPARE(breaches_of_length(Tree("core/base/a.cpp", std::string(500, '\n')).root()).size(), std::size_t(0));
    QCOMPARE(breaches_of_length(Tree("core/base/a.cpp", std::string(501, '\n')).root()).size(), std::size_t(1));
}

void TestRings::the_top_level_check_catches_a_stray_folder()
{
    const auto breaches = breaches_of_top_level(Tree("scripts/a.py", "").root());
    QCOMPARE(joined(breaches), QStringLiteral("scripts has no place at the top"));
    QCOMPARE(breaches_of_top_level(Tree("core/base/a.h", "").root()).size(), std::size_t(0));
}

void TestRings::products_of_building_are_not_looked_at()
{
    QCOMPARE(breaches_of_licence(Tree("build-asan/tests/moc.cpp", "int a;\n").root()).size(), std::size_t(0));
}

QTEST_APPLESS_MAIN(TestRings)
#include "test_rings.moc"
