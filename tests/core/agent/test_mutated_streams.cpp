// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/llm_mutants.h"

#include <QtTest>

class TestMutatedStreams final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void no_mutant_breaks_a_decoder();
};

/// The first of those that fuzz_llm makes.
void TestMutatedStreams::no_mutant_breaks_a_decoder()
{
    constexpr int kMutants = 2'000;
    const fuzz::StreamTally tally = fuzz::run_stream_mutants(kMutants);
    QVERIFY2(tally.bad.empty(), tally.bad.empty() ? "" : tally.bad.front().c_str());
    QVERIFY(tally.turns > kMutants / 10);
    QVERIFY(tally.failures > kMutants / 10);
    QVERIFY(tally.tool_turns > kMutants / 100);
}

QTEST_APPLESS_MAIN(TestMutatedStreams)
#include "test_mutated_streams.moc"
