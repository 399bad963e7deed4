// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/byte_pairs.h"

#include <functional>
#include <queue>
#include <tuple>

namespace ca {
namespace {

/// Symbols of a word that become one another; a merged symbol's right half is dead.
struct Symbol {
    std::int64_t id = 0;
    std::size_t before = 0;
    std::size_t after = 0;
    bool alive = true;
};

} // namespace

std::uint64_t pair_key(std::int64_t left, std::int64_t right)
{
    return (static_cast<std::uint64_t>(left) << 32U) | static_cast<std::uint64_t>(right);
}

std::vector<std::int64_t> merge_word(const std::vector<std::int64_t> &ids, const Merges &merges)
{
    const std::size_t none = ids.size();
    std::vector<Symbol> symbols(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
        symbols[i] = {ids[i], i == 0 ? none : i - 1, i + 1, true};

    using Candidate = std::tuple<std::size_t, std::size_t, std::int64_t>; // rank, place, what it becomes
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto merge_at = [&](std::size_t left) -> const Merge * {
        if (left == none || !symbols[left].alive || symbols[left].after == none)
            return nullptr;
        const auto found = merges.find(pair_key(symbols[left].id, symbols[symbols[left].after].id));
        return found == merges.end() ? nullptr : &found->second;
    };
    const auto add = [&](std::size_t left) {
        if (const Merge *merge = merge_at(left))
            queue.emplace(merge->rank, left, merge->id);
    };
    for (std::size_t i = 0; i < ids.size(); ++i)
        add(i);
    while (!queue.empty()) {
        const auto [rank, left, id] = queue.top();
        queue.pop();
        if (const Merge *merge = merge_at(left); !merge || merge->id != id) // its neighbour has changed since
            continue;
        const std::size_t right = symbols[left].after;
        symbols[left].id = id;
        symbols[left].after = symbols[right].after;
        symbols[right].alive = false;
        if (symbols[left].after != none)
            symbols[symbols[left].after].before = left;
        add(symbols[left].before);
        add(left);
    }
    std::vector<std::int64_t> merged;
    for (const Symbol &symbol : symbols)
        if (symbol.alive)
            merged.push_back(symbol.id);
    return merged;
}

} // namespace ca
