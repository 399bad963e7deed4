// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/ridge.h"

#include "core/program/program_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <optional>

namespace ca {
namespace {

/// Features and targets in double precision, less their means.
struct Centred {
    at::Tensor features, targets;           // [rows, features], [rows, classes]
    at::Tensor feature_means, target_means; // [features], [classes]
};

Centred centred(const Matrix &features, const std::vector<int> &labels, int classes)
{
    auto *values = const_cast<float *>(features.values.data()); // from_blob takes no const, and `to` copies
    const at::Tensor x = at::from_blob(values, {features.rows, features.columns}, at::kFloat).to(at::kDouble);
    const at::Tensor y = at::full({features.rows, classes}, -1.0, at::kDouble);
    auto *targets = y.data_ptr<double>();
    for (std::size_t row = 0; row < labels.size(); ++row)
        targets[row * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[row])] = 1.0;
    const at::Tensor of_x = x.mean(0), of_y = y.mean(0);
    return {x - of_x, y - of_y, of_x, of_y};
}

/// The features along their principal axes, of which the shorter side of the table has enough to tell them all.
struct Axes {
    at::Tensor scores;  // [rows, axes]
    at::Tensor squares; // [axes], their sums
};

Axes principal_axes(const at::Tensor &x)
{
    const bool wide = x.size(0) < x.size(1);
    const auto [values, vectors] = at::linalg_eigh(wide ? x.mm(x.t()) : x.t().mm(x));
    const at::Tensor squares = values.clamp_min(0); // rounding gives small negative ones
    return {wide ? vectors * squares.sqrt() : x.mm(vectors), squares};
}

/// What one penalty gives.
struct Fit {
    double penalty = 0, added = 0; // `added` to the sums of squares
    double error = 0;              // mean squared, leave-one-out
    at::Tensor residuals;          // of the rows that are fitted
    at::Tensor held_out;           // residuals of rows that are left out
};

Fit fit(const Centred &data, const Axes &axes, double penalty, double added)
{
    const at::Tensor shrunk = (axes.squares + added).reciprocal();
    const at::Tensor fitted = axes.scores.mm(shrunk.unsqueeze(1) * axes.scores.t().mm(data.targets));
    const at::Tensor leverages = axes.scores.square().mv(shrunk) + 1.0 / static_cast<double>(data.targets.size(0));
    const at::Tensor residuals = data.targets - fitted;
    const at::Tensor held_out = residuals / (1.0 - leverages).unsqueeze(1);
    return {penalty, added, held_out.square().mean().item().toDouble(), residuals, held_out};
}

Ridge ridge_of(const Centred &data, const Fit &best)
{
    // (X'X + a) W = X'Y, so a W = X' (Y - X W).
    const at::Tensor weights = (best.residuals / best.added).t().mm(data.features);
    const at::Tensor bias = (data.target_means - weights.mv(data.feature_means)).to(at::kFloat);
    const at::Tensor predicted = data.targets - best.held_out;
    const at::Tensor right = (predicted + data.target_means).argmax(1).eq((data.targets + data.target_means).argmax(1));
    const float *first = bias.data_ptr<float>();
    return {as_matrix(weights), {first, first + bias.numel()}, best.penalty, right.to(at::kDouble).mean().item().toDouble()};
}

} // namespace

Result<Ridge> fit_ridge(const Matrix &features, const std::vector<int> &labels, int classes, int threads)
{
    Ridge ridge;
    bool finite = true, varied = true;
    const auto done = guarded("Fitting the probe", threads, [&] {
        const Centred data = centred(features, labels, classes);
        const double variance = data.features.square().mean().item().toDouble();
        finite = std::isfinite(variance);
        varied = variance > 0;
        if (!finite || !varied)
            return;
        const Axes axes = principal_axes(data.features);
        std::optional<Fit> best;
        for (const double penalty : kRidgePenalties) {
            Fit tried = fit(data, axes, penalty, penalty * variance * static_cast<double>(features.rows));
            if (!best || tried.error < best->error)
                best = std::move(tried);
        }
        ridge = ridge_of(data, *best);
    });
    if (!done)
        return forward(done);
    if (!finite)
        return fail(ErrorCode::failed, "The features of an image are not finite numbers. Check the model's weights.");
    if (!varied)
        return fail(ErrorCode::failed, "The features of all images are the same. Choose the head agreement.");
    return ridge;
}

} // namespace ca
