// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/llm/anthropic_streams.h"
#include "tests/corpus/llm/openai_deviations.h"
#include "tests/fuzz/mutants.h"
#include "tests/support/llm_turns.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

namespace fuzz {

/// What became of all mutants.
struct StreamTally {
    int turns = 0, failures = 0, tool_turns = 0;
    double longest = 0;           ///< seconds
    std::vector<std::string> bad; ///< what must not be

    void print(int count) const
    {
        std::printf("result: %d mutated streams: %d turns, %d of them with tools to call, %d failures; longest %.3f s, %zu bad\n",
                    count, turns, tool_turns, failures, longest, bad.size());
        for (const std::string &one : bad)
            std::printf("%s\n", one.c_str());
    }
};

inline std::vector<std::string_view> in_random_pieces(std::string_view bytes, Generator &generator)
{
    std::vector<std::string_view> pieces;
    while (!bytes.empty()) {
        const std::size_t length = 1 + below(generator, below(generator, 2) == 0 ? 4 : 400);
        pieces.push_back(bytes.substr(0, length));
        bytes.remove_prefix(std::min(length, bytes.size()));
    }
    return pieces;
}

/// What is no UTF-8 would be left out.
inline bool is_utf8(const std::string &text)
{
    return ca::Json(text).dump(-1, ' ', false, ca::Json::error_handler_t::ignore) == ca::canonical(text);
}

/// What is wrong with an answer whatever it was made of; empty: nothing.
inline std::string fault_of(const ca::ChatTurn &turn)
{
    if (!is_utf8(turn.message.text) || !is_utf8(turn.thinking))
        return "its text is no UTF-8";
    if (ca::may_call_tools(turn) && turn.stop_reason.empty())
        return "tools would be called though no reason for the end was said";
    std::set<std::string> ids;
    for (const ca::ToolCall &call : turn.message.calls)
        if (call.id.empty() || call.arguments.empty() || !ids.insert(call.id).second)
            return "a call has no id of its own, or no arguments";
    if (turn.usage.input < 0 || turn.usage.output < 0 || turn.usage.cached < 0 || turn.usage.cache_written < 0)
        return "usage is below zero";
    return {};
}

/// `bytes` whole, in pieces, and without what follows its first reason for an end.
inline std::string fault_of_stream(const ca::Dialect &dialect, const std::string &bytes, Generator &generator, StreamTally &tally)
{
    const Decoded whole = decoded(dialect, {bytes});
    ++(whole.turn ? tally.turns : tally.failures);
    if (whole.turn && ca::may_call_tools(*whole.turn))
        ++tally.tool_turns;
    if (!whole.turn && !whole.turn.error().sentence.ends_with('.'))
        return "its failure has no sentence";
    if (const std::string fault = whole.turn ? fault_of(*whole.turn) : std::string(); !fault.empty())
        return fault;
    const Decoded pieces = decoded(dialect, in_random_pieces(bytes, generator));
    if (described(pieces.turn) != described(whole.turn) || pieces.deltas != whole.deltas)
        return "it is another answer where it is cut";
    const std::size_t end = bytes.find("_reason\":\"");
    const auto cut = decoded(dialect, {std::string_view(bytes).substr(0, end)}).turn;
    if (end != std::string::npos && cut && ca::may_call_tools(*cut))
        return "tools would be called before its end";
    return {};
}

/// The same number, the same mutant.
inline std::string stream_mutant(const std::vector<llm::RecordedStream> &streams, Generator &generator)
{
    static const std::vector<std::string> marks{
        "data:",     "\n\n",       "\"index\":",   "\"id\":",  "\"arguments\":", "\"name\":",  "_reason\"", "\"tool_calls\"",
        "\"type\":", "\"delta\":", "\"content\":", "partial_", "\\\"",           "\"usage\":", "_stop"};
    std::string bytes = streams[below(generator, streams.size())].bytes;
    for (auto changes = 1 + below(generator, 4); changes > 0; --changes)
        change(bytes, marks, generator);
    if (below(generator, 8) == 0) // two answers run into each other
        bytes.insert(below(generator, bytes.size() + 1), streams[below(generator, streams.size())].bytes);
    return bytes;
}

/// Half of them of each dialect, and some read as the other's.
inline StreamTally run_stream_mutants(int count)
{
    using Clock = std::chrono::steady_clock;
    const std::unique_ptr<ca::Dialect> dialects[] = {ca::openai_dialect(), ca::anthropic_dialect()};
    const std::vector<llm::RecordedStream> streams[] = {llm::openai::streams(), llm::anthropic::streams()};
    StreamTally tally;
    for (int number = 0; number < count; ++number) {
        Generator generator(static_cast<std::uint64_t>(number));
        const std::size_t kind = below(generator, 2);
        const std::size_t reader = below(generator, 16) == 0 ? 1 - kind : kind;
        const std::string bytes = stream_mutant(streams[kind], generator);
        const auto begin = Clock::now();
        if (const std::string fault = fault_of_stream(*dialects[reader], bytes, generator, tally); !fault.empty())
            tally.bad.push_back("mutant " + std::to_string(number) + ": " + fault);
        tally.longest = std::max(tally.longest, std::chrono::duration<double>(Clock::now() - begin).count());
    }
    return tally;
}

} // namespace fuzz
