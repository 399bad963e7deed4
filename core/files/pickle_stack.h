// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/pickle.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ca {

/// The bytes of a pickle, taken from the front. The first thing that goes wrong stays in `problem`; from then on it gives
/// nothing.
class PickleInput {
public:
    PickleInput(std::string_view bytes, std::string &problem) : bytes_(bytes), problem_(problem) { }

    [[nodiscard]] std::size_t position() const { return position_; }
    std::string_view take(std::uint64_t size);
    /// Little-endian.
    std::uint64_t number(std::size_t width);
    /// Up to a line end, which is taken too; at most 1,024 bytes.
    std::string line();

private:
    std::string_view bytes_;
    std::string &problem_;
    std::size_t position_ = 0;
};

/// The stack, the marks and the memo of the machine. Popping what is not there gives 0 and sets `problem`.
class PickleStack {
public:
    explicit PickleStack(std::string &problem) : problem_(problem) { }

    [[nodiscard]] bool too_large() const;
    void push(PickleRef ref) { values_.push_back(ref); }
    void mark() { marks_.push_back(values_.size()); }
    PickleRef pop();
    PickleRef top();
    /// The values above the last mark.
    std::vector<PickleRef> pop_mark();
    /// The last `count` values, in order.
    std::vector<PickleRef> pop_several(std::size_t count);

    void remember(std::uint64_t key) { memo_[key] = top(); }
    void remember_next() { remember(memo_.size()); }
    void recall(std::uint64_t key);

private:
    std::string &problem_;
    std::vector<PickleRef> values_;
    std::vector<std::size_t> marks_; ///< heights of the stack
    std::unordered_map<std::uint64_t, PickleRef> memo_;
};

} // namespace ca
