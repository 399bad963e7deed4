// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/gptq_torch.h"

#include "core/quantize/rounding/scale_width.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr int kSweeps = 20; // over a row's codes; it seldom takes more than five

/// Changes single codes of a row while that lessens its objective. `slope`: (v - t) H, kept up to date. True where one changed.
bool descend(const float *hessian, RowCodes &codes, std::int64_t row, float *slope)
{
    const std::int64_t columns = codes.columns;
    const auto low = static_cast<float>(codes.levels.low), high = static_cast<float>(codes.levels.high);
    bool any = false;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
        bool changed = false;
        for (std::int64_t i = 0; i < columns; ++i) {
            const WeightGrid grid = codes.grid(row, i / codes.group);
            std::int8_t &code = codes.values[row * columns + i];
            const float curve = hessian[i * columns + i];
            const float best = std::clamp(round_even(static_cast<float>(code) - slope[i] / (curve * grid.scale)), low, high);
            const float step = (best - static_cast<float>(code)) * grid.scale;
            if (!(step * (step * curve + 2 * slope[i]) < -1e-6F * step * step * curve)) // nor where it is no number
                continue;
            code = static_cast<std::int8_t>(best);
            const float *across = hessian + i * columns;
            for (std::int64_t k = 0; k < columns; ++k)
                slope[k] += step * across[k];
            changed = true;
        }
        if (!changed)
            return any;
        any = true;
    }
    return any;
}

/// Takes a scale to the lowest point of its parabola, as near as a file can keep it. Gives by how much it moved.
float move_scale(float &scale, float curve, float rise, bool of_group)
{
    const float fitted = stored_scale(scale - rise / curve, of_group), step = fitted - scale;
    if (!(std::isfinite(fitted) && fitted > 0 && step * (step * curve + 2 * rise) < 0))
        return 0;
    scale = fitted;
    return step;
}

/// The scale of each group that is best for its codes, group after group. `slope` as above, kept up to date.
void fit_scales(const at::Tensor &hessian, RowCodes &codes, at::Tensor &slope)
{
    for (std::int64_t group = 0; group < codes.groups(); ++group) {
        const std::int64_t first = group * codes.group;
        at::Tensor units = at::empty({codes.rows, codes.group}, at::kFloat); // values on a scale of one
        auto *unit = units.data_ptr<float>();
        for (std::int64_t row = 0; row < codes.rows; ++row)
            for (std::int64_t i = 0; i < codes.group; ++i)
                unit[row * codes.group + i] =
                    static_cast<float>(codes.values[row * codes.columns + first + i] - codes.grid(row, group).zero);
        const at::Tensor across = at::mm(units, hessian.narrow(0, first, codes.group));
        const at::Tensor curve = (across.narrow(1, first, codes.group) * units).sum(1);
        const at::Tensor rise = (slope.narrow(1, first, codes.group) * units).sum(1);
        at::Tensor steps = at::zeros({codes.rows}, at::kFloat);
        for (std::int64_t row = 0; row < codes.rows; ++row)
            steps.data_ptr<float>()[row] =
                move_scale(codes.scales[row * codes.groups() + group], curve.const_data_ptr<float>()[row],
                           rise.const_data_ptr<float>()[row], codes.group != codes.columns);
        slope.addcmul_(across, steps.unsqueeze(1));
    }
}

} // namespace

void polish(const at::Tensor &hessian, const at::Tensor &target, RowCodes &codes, int rounds, const std::stop_token &stop)
{
    const auto *values = hessian.const_data_ptr<float>();
    for (int round = 0; round < rounds; ++round) {
        at::Tensor slope = at::mm(values_of(codes) - target, hessian);
        bool changed = false;
        for (std::int64_t row = 0; row < codes.rows; ++row) {
            if (stop.stop_requested())
                return;
            changed = descend(values, codes, row, slope.data_ptr<float>() + row * codes.columns) || changed;
        }
        if (round > 0 && !changed)
            return;
        fit_scales(hessian, codes, slope);
    }
}

} // namespace ca
