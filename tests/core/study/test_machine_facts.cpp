// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/machine_facts.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

class TestMachineFacts final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names_processor_memory_and_system();
    void leaves_out_what_the_system_does_not_say();
};

namespace {

void put(const std::filesystem::path &file, const std::string &text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

} // namespace

void TestMachineFacts::names_processor_memory_and_system()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    // As proc(5) and os-release(5) have them.
    put(root / "proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some CPU @ 2.00GHz\nflags\t\t: fpu\n");
    put(root / "proc/meminfo", "MemTotal:       16000000 kB\n");
    put(root / "etc/os-release", "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    const ca::Json facts = ca::machine_facts(root);
    QCOMPARE(facts["processor"].get<std::string>(), std::string("Some CPU @ 2.00GHz"));
    QCOMPARE(facts["memory"].get<std::string>(), std::string("16.4 GB"));
    QCOMPARE(facts["system"].get<std::string>(), std::string("Debian GNU/Linux 12 (bookworm)"));
    for (const char *name : {"program", "libtorch", "instruction set"})
        QVERIFY2(facts.contains(name) && !facts[name].get<std::string>().empty(), name);
}

void TestMachineFacts::leaves_out_what_the_system_does_not_say()
{
    const QTemporaryDir folder;
    const ca::Json facts = ca::machine_facts(folder.path().toStdString());
    for (const char *name : {"processor", "memory", "system"})
        QVERIFY2(!facts.contains(name), name);
}

QTEST_APPLESS_MAIN(TestMachineFacts)
#include "test_machine_facts.moc"
