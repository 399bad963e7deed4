// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr double kUnitLength = 1e-3; // how far from 1 the length of an embedding's row may be

at::Tensor rows_of(const at::Tensor &outputs)
{
    return outputs.to(at::kDouble).flatten(1);
}

double sum_of(const at::Tensor &values)
{
    return values.sum().item<double>();
}

} // namespace

void DivergenceSums::add(const DivergenceSums &other)
{
    kl += other.kl;
    cosine += other.cosine;
    changed += other.changed;
    images += other.images;
}

Divergence DivergenceSums::mean() const
{
    if (images == 0)
        return {};
    const auto n = static_cast<double>(images);
    return {kl / n, cosine / n, static_cast<double>(changed) / n, images};
}

FloatOutputs::FloatOutputs(const at::Tensor &outputs)
    : outputs_(rows_of(outputs)), log_odds_(at::log_softmax(outputs_, 1)), top_(outputs_.argmax(1))
{
    embedding_ = outputs_.size(1) > 1 && (outputs_.norm(2, 1) - 1).abs().max().item<double>() < kUnitLength;
}

DivergenceSums FloatOutputs::compare(std::size_t first, const at::Tensor &outputs) const
{
    const at::Tensor rows = rows_of(outputs);
    const auto begin = static_cast<std::int64_t>(first), count = rows.size(0);
    const auto part = [&](const at::Tensor &table) { return table.narrow(0, begin, count); };
    DivergenceSums sums;
    sums.images = static_cast<std::size_t>(count);
    sums.changed = static_cast<std::size_t>(rows.argmax(1).ne(part(top_)).sum().item<std::int64_t>());
    if (!at::isfinite(rows).all().item<bool>()) {
        sums.kl = sums.cosine = std::numeric_limits<double>::infinity();
        return sums;
    }
    const at::Tensor expected = part(log_odds_);
    sums.kl = std::max(0.0, sum_of(expected.exp() * (expected - at::log_softmax(rows, 1))));
    sums.cosine = std::max(0.0, static_cast<double>(count) - sum_of(at::cosine_similarity(part(outputs_), rows, 1)));
    return sums;
}

} // namespace ca
