// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/ranges/ranges_torch.h"

#include <functional>
#include <optional>
#include <vector>

namespace ca {

/// Which values of a program with static activations are kept in u8, by slot.
struct U8Plan {
    std::vector<bool> only_u8; ///< everybody who reads it takes u8
    std::vector<int> range_of; ///< slot whose range gives its grid: its own or, where it has none, one to which its values are
                               ///< moved; -1: there is none
};

/// Operators that only move values, so they do to u8 what they do to floats.
[[nodiscard]] bool moves_values(const Step &step);
/// Operators that look at sizes alone, which all forms of a value share.
[[nodiscard]] bool reads_sizes(const Step &step);

/// Whether the kernel of the group that a step belongs to takes u8 as the step's input of that number; nothing for steps that
/// belong to none.
using TakesU8 = std::function<std::optional<bool>(std::size_t step, std::size_t input)>;
[[nodiscard]] U8Plan plan_u8(const Program::Data &plain, const ActivationRanges &ranges, const TakesU8 &group_takes);

} // namespace ca
