// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/u8_plan_torch.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ca {

bool moves_values(const Step &step)
{
    static constexpr std::array<std::string_view, 9> kMoves{"aten::flatten",   "aten::view",       "aten::reshape",
                                                            "aten::permute",   "aten::transpose",  "aten::squeeze",
                                                            "aten::unsqueeze", "aten::contiguous", "aten::max_pool2d"};
    return step.out.size() == 1 && std::find(kMoves.begin(), kMoves.end(), step.op) != kMoves.end();
}

bool reads_sizes(const Step &step)
{
    return step.op == "aten::size" || step.op == "aten::dim";
}

U8Plan plan_u8(const Program::Data &plain, const ActivationRanges &ranges, const TakesU8 &group_takes)
{
    const auto slots = static_cast<std::size_t>(plain.slots);
    U8Plan plan{std::vector<bool>(slots, false), std::vector<int>(slots, -1)};
    if (!ranges.empty())
        for (const auto &[slot, range] : ranges.data().slots)
            if (slot >= 0 && slot < plain.slots)
                plan.range_of[static_cast<std::size_t>(slot)] = slot;
    std::vector<int> readers(slots, 0), takers(slots, 0);
    ++readers[static_cast<std::size_t>(plain.output)];
    for (std::size_t i = plain.steps.size(); i-- > 0;) { // readers before writers
        const Step &step = plain.steps[i];
        for (const int slot : step.out)
            if (slot >= 0) {
                const auto at = static_cast<std::size_t>(slot);
                plan.only_u8[at] = readers[at] > 0 && takers[at] == readers[at];
            }
        const bool moves = moves_values(step) && step.out[0] >= 0 && plan.only_u8[static_cast<std::size_t>(step.out[0])];
        for (std::size_t k = 0; k < step.in.size(); ++k) {
            if (is_constant(step.in[k]))
                continue;
            const auto at = static_cast<std::size_t>(step.in[k]);
            ++readers[at];
            takers[at] += group_takes(i, k).value_or(k == 0 && (moves || reads_sizes(step))) ? 1 : 0;
            if (k == 0 && moves && plan.range_of[at] < 0)
                plan.range_of[at] = plan.range_of[static_cast<std::size_t>(step.out[0])];
        }
    }
    return plan;
}

} // namespace ca
