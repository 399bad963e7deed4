// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/load_mutants.h"

#include <QTemporaryDir>
#include <QtTest>

/// `tests/fuzz/fuzz_load.cpp` runs 5,000 of them.
class TestMutants final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void of_sound_models_end_in_a_verdict();
};

void TestMutants::of_sound_models_end_in_a_verdict()
{
    constexpr int kMutants = 300;
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    QVERIFY(fuzz::warm_up(root));
    const auto tally = fuzz::run_load_mutants(kMutants, fuzz::small_originals(root), fuzz::large_originals(), root);
    tally.print();
    QCOMPARE(tally.inspection.size(), std::size_t{kMutants});
    QVERIFY2(tally.bad.empty(), tally.bad.empty() ? "" : tally.bad.front().c_str());
    QVERIFY(tally.refused > 0);
    QVERIFY(tally.loaded > 0);
    QVERIFY(tally.p95_of_inspection() < 1);
}

int main(int argc, char **argv)
{
    fuzz::keep_to_one_thread(argv);
    TestMutants test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_mutants.moc"
