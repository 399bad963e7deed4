// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/target_torch.h"

#include "core/quantize/rounding/cholesky_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace ca {
namespace {

constexpr double kDamping = 0.01; // of the mean of H's diagonal
constexpr int kTries = 4;         // with ten times the damping each

at::Tensor damped(const at::Tensor &inputs, double share)
{
    at::Tensor hessian = inputs.clone();
    hessian.diagonal().add_(share * inputs.diagonal().mean().item<double>());
    return hessian;
}

/// Sums of a layer with H factorised. Absent where that is not positive definite.
struct Solver {
    const GroupSums &sums;
    std::optional<Cholesky> factor;

    /// The step of some rows from the weight to the one of least squares. Undefined when stopped.
    at::Tensor shift(const at::Tensor &weight, std::int64_t first, const std::stop_token &stop) const
    {
        const at::Tensor rows = sums.targets.narrow(0, first, weight.size(0));
        const at::Tensor step = factor->solve((rows - at::mm(weight, sums.inputs)).t(), stop);
        return step.defined() ? step.t().contiguous() : step;
    }
};

Result<Solver> solver_of(const GroupSums &sums, const at::Tensor &hessian, int threads, const std::stop_token &stop)
{
    auto factor = Cholesky::of(hessian, threads, stop);
    return factor ? Result<Solver>({sums, std::move(*factor)}) : forward(factor);
}

/// Of the error on other sums along a step, a parabola: its fall at the beginning, and its curve.
struct Parabola {
    double gain = 0, curve = 0;
};

Parabola parabola_of(const GroupSums &held, const at::Tensor &weight, std::int64_t first, const at::Tensor &shift)
{
    const at::Tensor rows = held.targets.narrow(0, first, weight.size(0));
    return {((rows - at::mm(weight, held.inputs)) * shift).sum(at::kDouble).item<double>(),
            (at::mm(shift, held.inputs) * shift).sum(at::kDouble).item<double>()};
}

/// The share of the step that leaves the least error on other sums: the parabola's lowest point, within 0 and 1.
double best_share(const std::vector<Parabola> &parts)
{
    Parabola all;
    for (const Parabola &part : parts) {
        all.gain += part.gain;
        all.curve += part.curve;
    }
    if (all.curve == 0) // nothing is held out
        return 1;
    return std::isfinite(all.gain / all.curve) ? std::clamp(all.gain / all.curve, 0.0, 1.0) : 0.0;
}

/// The weight moved along its step by what serves other images. A chunk of rows at a time, in order.
Result<at::Tensor> moved(const Solver &fit, const Solver &all, const GroupSums &held, const at::Tensor &weight, int threads,
                         const std::stop_token &stop)
{
    const std::int64_t rows = weight.size(0), size = weight.size(1) <= kDoubleColumns ? rows : kRowChunk;
    const auto chunks = static_cast<std::size_t>((rows + size - 1) / size);
    std::vector<Parabola> parabolas(chunks);
    at::Tensor shift = at::empty_like(weight);
    const auto chunk = [&](std::size_t index) {
        const std::int64_t first = static_cast<std::int64_t>(index) * size;
        const at::Tensor here = weight.narrow(0, first, std::min(size, rows - first));
        const at::Tensor tried = fit.shift(here, first, stop), step = all.shift(here, first, stop);
        if (!tried.defined() || !step.defined())
            return;
        parabolas[index] = parabola_of(held, here, first, tried);
        shift.narrow(0, first, here.size(0)).copy_(step);
    };
    if (const auto done = parallel_tensors(chunks, threads, stop, chunk); !done)
        return forward(done);
    if (!std::isfinite(shift.sum().item<double>())) // the float network gave no numbers here
        return weight;
    return weight + best_share(parabolas) * shift;
}

} // namespace

Result<RowProblem> row_problem(const GroupSums &fit, const GroupSums &held, const at::Tensor &weight, int threads,
                               const std::stop_token &stop)
{
    const GroupSums all{fit.inputs + held.inputs, fit.targets + held.targets};
    const double mean = all.inputs.diagonal().mean().item<double>();
    const auto nearest = [&] { return RowProblem{at::eye(weight.size(1), at::kFloat), weight.contiguous()}; };
    if (!(mean > 0) || !std::isfinite(mean))
        return nearest();
    double damping = kDamping;
    for (int i = 0; i < kTries; ++i, damping *= 10) {
        const at::Tensor hessian = damped(all.inputs, damping);
        const auto of_fit = solver_of(fit, damped(fit.inputs, damping), threads, stop),
                   of_all = solver_of(all, hessian, threads, stop);
        if (!of_fit || !of_all)
            return forward(of_fit ? of_all : of_fit);
        if (!of_fit->factor || !of_all->factor)
            continue;
        auto target = moved(*of_fit, *of_all, held, weight.contiguous(), threads, stop);
        return target ? Result<RowProblem>({hessian, std::move(*target)}) : forward(target);
    }
    return nearest();
}

} // namespace ca
