// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/target_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

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

/// The step from the weight to the one of least squares. Undefined where H is not positive definite.
at::Tensor full_shift(const GroupSums &sums, const at::Tensor &hessian, const at::Tensor &weight)
{
    const auto type = hessian.size(0) <= kDoubleColumns ? at::kDouble : at::kFloat;
    const auto [lower, info] = at::linalg_cholesky_ex(hessian.to(type), false, false);
    if (info.item<int>() != 0)
        return {};
    const at::Tensor missing = (sums.targets - at::mm(weight, sums.inputs)).to(type);
    return at::cholesky_solve(missing.t(), lower).t().to(at::kFloat).contiguous();
}

/// The share of the step that leaves the least error on other sums: the lowest point of a parabola, within 0 and 1.
double best_share(const GroupSums &held, const at::Tensor &weight, const at::Tensor &shift)
{
    const double gain = ((held.targets - at::mm(weight, held.inputs)) * shift).sum(at::kDouble).item<double>();
    const double curve = (at::mm(shift, held.inputs) * shift).sum(at::kDouble).item<double>();
    if (curve == 0) // nothing is held out
        return 1;
    return std::isfinite(gain / curve) ? std::clamp(gain / curve, 0.0, 1.0) : 0.0;
}

} // namespace

RowProblem row_problem(const GroupSums &fit, const GroupSums &held, const at::Tensor &weight)
{
    const GroupSums all{fit.inputs + held.inputs, fit.targets + held.targets};
    const double mean = all.inputs.diagonal().mean().item<double>();
    if (!(mean > 0) || !std::isfinite(mean))
        return {at::eye(weight.size(1), at::kFloat), weight.contiguous()};
    double damping = kDamping;
    for (int i = 0; i < kTries; ++i, damping *= 10) {
        const at::Tensor hessian = damped(all.inputs, damping);
        const at::Tensor tried = full_shift(fit, damped(fit.inputs, damping), weight), shift = full_shift(all, hessian, weight);
        if (!tried.defined() || !shift.defined())
            continue;
        if (!std::isfinite(shift.sum().item<double>())) // the float network gave no numbers here
            return {hessian, weight.contiguous()};
        const double share = best_share(held, weight, tried);
        return {hessian, (weight + share * shift).contiguous()};
    }
    return {at::eye(weight.size(1), at::kFloat), weight.contiguous()};
}

} // namespace ca
