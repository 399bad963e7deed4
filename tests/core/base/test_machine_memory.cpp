// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machine_memory.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

class TestMachineMemory final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_the_machines_where_nothing_limits_it();
    void is_the_tightest_limit_of_the_groups_around();
    void knows_the_older_groups();
    void is_not_known_without_the_systems_files();
    void this_machine_has_some();
};

namespace {

/// A system of files below a folder.
struct Tree {
    QTemporaryDir folder;

    void put(const std::string &place, const std::string &text) const
    {
        const auto file = root() / place;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    [[nodiscard]] std::filesystem::path root() const { return folder.path().toStdString(); }
    [[nodiscard]] qint64 memory() const
    {
        const auto memory = ca::machine_memory(root());
        return memory ? memory->value : -1;
    }
};

constexpr const char *kMeminfo = "MemFree:          100000 kB\nMemTotal:       16000000 kB\nSwapTotal:  5 kB\n";

} // namespace

void TestMachineMemory::is_the_machines_where_nothing_limits_it()
{
    const Tree tree;
    tree.put("proc/meminfo", kMeminfo);
    QCOMPARE(tree.memory(), 16'384'000'000);
    tree.put("proc/self/cgroup", "0::/user.slice\n");
    tree.put("sys/fs/cgroup/user.slice/memory.max", "max\n");
    QCOMPARE(tree.memory(), 16'384'000'000);
}

void TestMachineMemory::is_the_tightest_limit_of_the_groups_around()
{
    const Tree tree;
    tree.put("proc/meminfo", kMeminfo);
    tree.put("proc/self/cgroup", "0::/jobs/mine\n");
    tree.put("sys/fs/cgroup/jobs/mine/memory.max", "9000000000\n");
    QCOMPARE(tree.memory(), 9'000'000'000);
    tree.put("sys/fs/cgroup/jobs/memory.max", "4000000000\n");
    QCOMPARE(tree.memory(), 4'000'000'000);
    tree.put("sys/fs/cgroup/memory.max", "2000000000\n"); // as a container sees its own
    QCOMPARE(tree.memory(), 2'000'000'000);
}

void TestMachineMemory::knows_the_older_groups()
{
    const Tree tree;
    tree.put("proc/meminfo", kMeminfo);
    tree.put("proc/self/cgroup", "12:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n");
    tree.put("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "3000000000\n");
    tree.put("sys/fs/cgroup/docker/a/memory.max", "1\n"); // of the other version: not this one's
    QCOMPARE(tree.memory(), 3'000'000'000);
    tree.put("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "9223372036854771712\n"); // none
    QCOMPARE(tree.memory(), 16'384'000'000);
}

void TestMachineMemory::is_not_known_without_the_systems_files()
{
    const Tree tree;
    QCOMPARE(tree.memory(), -1);
    tree.put("proc/meminfo", "nothing of use\n");
    QCOMPARE(tree.memory(), -1);
}

void TestMachineMemory::this_machine_has_some()
{
    const auto memory = ca::machine_memory();
    QVERIFY(memory);
    QVERIFY(memory->value > 100'000'000); // LibTorch alone takes more
}

QTEST_APPLESS_MAIN(TestMachineMemory)
#include "test_machine_memory.moc"
