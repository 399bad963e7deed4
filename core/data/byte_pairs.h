// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ca {

struct Merge {
    std::size_t rank = 0; ///< the smallest goes first
    std::int64_t id = 0;  ///< of what the two become
};
/// By `pair_key`.
using Merges = std::unordered_map<std::uint64_t, Merge>;

/// Ids are from 0 and below 2^32.
[[nodiscard]] std::uint64_t pair_key(std::int64_t left, std::int64_t right);

/// Byte-pair encoding of one word: merges the pair of the smallest rank, the leftmost first, until none is left. Takes n log n
/// steps.
[[nodiscard]] std::vector<std::int64_t> merge_word(const std::vector<std::int64_t> &ids, const Merges &merges);

} // namespace ca
