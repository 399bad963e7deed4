// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes 100,000 seeded mutants of the answers of language models: whole, in pieces, cut off. None may crash, be another answer
// where it is cut, have tools called before its end, or take over ten seconds.
#include "tests/fuzz/llm_mutants.h"

int main()
{
    constexpr int kMutants = 100'000;
    const fuzz::StreamTally tally = fuzz::run_stream_mutants(kMutants);
    tally.print(kMutants);
    const bool is_mixed = tally.turns > kMutants / 10 && tally.failures > kMutants / 10 && tally.tool_turns > kMutants / 100;
    return tally.bad.empty() && is_mixed && tally.longest < 10 ? 0 : 1;
}
