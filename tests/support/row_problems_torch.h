// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/rounding/row_problem_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <vector>

/// Positions x columns, seeded, such that neighbouring columns go together.
inline at::Tensor random_inputs(std::int64_t positions, std::int64_t columns, unsigned seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    at::Tensor inputs = at::empty({positions, columns}, at::kFloat);
    auto *out = inputs.data_ptr<float>();
    for (std::int64_t i = 0; i < positions; ++i) {
        float common = 0;
        for (std::int64_t k = 0; k < columns; ++k) {
            common = 0.8F * common + normal(generator);
            *out++ = common;
        }
    }
    return inputs;
}

/// Normal weights over such inputs, damped by 1 %.
inline ca::RowProblem random_problem(std::int64_t rows, std::int64_t columns, unsigned seed)
{
    const at::Tensor inputs = random_inputs(4 * columns, columns, seed);
    at::Tensor hessian = at::mm(inputs.t(), inputs);
    hessian.diagonal().add_(0.01 * hessian.diagonal().mean().item<double>());
    std::mt19937 generator(seed + 1000);
    std::normal_distribution<float> normal;
    at::Tensor target = at::empty({rows, columns}, at::kFloat);
    std::generate_n(target.data_ptr<float>(), target.numel(), [&] { return normal(generator); });
    return {hessian, target};
}

inline ca::Scheme integer_scheme(int bits, int group = 0, bool symmetric = false)
{
    return {ca::int_format(ca::bits(bits)), ca::Activation::none, ca::Rounding::gptq, group, symmetric};
}

inline std::span<const float> span_of(const at::Tensor &tensor)
{
    return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// (v - t) H (v - t)^T in float64.
inline double error_of(const ca::RowProblem &problem, std::int64_t row, std::span<const float> values)
{
    const std::span<const float> target = span_of(problem.target), hessian = span_of(problem.hessian);
    const std::size_t columns = values.size(), first = static_cast<std::size_t>(row) * columns;
    double sum = 0;
    for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t k = 0; k < columns; ++k)
            sum += (static_cast<double>(values[i]) - target[first + i]) * hessian[i * columns + k]
                * (static_cast<double>(values[k]) - target[first + k]);
    return sum;
}

inline std::vector<double> errors_of(const ca::RowProblem &problem, const ca::IntegerWeight &weight)
{
    const std::vector<float> values = ca::dequantize(weight);
    std::vector<double> errors;
    for (std::int64_t row = 0; row < weight.rows; ++row)
        errors.push_back(error_of(
            problem, row,
            std::span(values).subspan(static_cast<std::size_t>(row * weight.columns), static_cast<std::size_t>(weight.columns))));
    return errors;
}

inline double sum_of(const std::vector<double> &numbers)
{
    return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

/// The least error of a row over all codes and zero points, each with the scale that is best for it: found by trying all.
inline double least_error(const ca::RowProblem &problem, std::int64_t row, int bits)
{
    const int count = 1 << bits;
    const auto columns = static_cast<std::size_t>(problem.target.size(1));
    const std::span<const float> hessian = span_of(problem.hessian);
    const std::span<const float> target = span_of(problem.target).subspan(static_cast<std::size_t>(row) * columns, columns);
    std::size_t all = 1;
    for (std::size_t i = 0; i < columns; ++i)
        all *= static_cast<std::size_t>(count);
    double least = error_of(problem, row, std::vector<float>(columns, 0.0F));
    const double power = least;
    std::vector<double> units(columns);
    for (int zero = 0; zero < count; ++zero)
        for (std::size_t number = 0; number < all; ++number) {
            std::size_t rest = number;
            for (double &unit : units) {
                unit = static_cast<double>(rest % static_cast<std::size_t>(count)) - zero;
                rest /= static_cast<std::size_t>(count);
            }
            double curve = 0, gain = 0; // of u H u^T and u H t^T
            for (std::size_t i = 0; i < columns; ++i)
                for (std::size_t k = 0; k < columns; ++k) {
                    curve += units[i] * hessian[i * columns + k] * units[k];
                    gain += units[i] * hessian[i * columns + k] * target[k];
                }
            if (gain > 0)
                least = std::min(least, power - gain * gain / curve);
        }
    return least;
}

/// What GPTQ as its authors wrote it leaves: columns in order of their inputs, the inverse of what is left updated by
/// elimination, the grid of least squared error.
inline std::vector<double> plain_gptq_errors(const ca::RowProblem &problem, int bits)
{
    const auto columns = static_cast<std::size_t>(problem.target.size(1));
    ca::IntegerWeight weight = ca::empty_codes(problem.target.size(0), problem.target.size(1), integer_scheme(bits));
    ca::RowCodes codes = ca::rows_of(weight, 0, weight.rows);
    ca::round_to_nearest(problem.target, codes);
    std::vector<double> errors;
    for (std::int64_t row = 0; row < weight.rows; ++row) {
        at::Tensor inverse = at::inverse(problem.hessian.to(at::kDouble));
        at::Tensor rest = problem.target[row].to(at::kDouble).clone();
        std::vector<float> values(columns);
        std::vector<std::int64_t> order(columns);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
            return problem.hessian[a][a].item<float>() > problem.hessian[b][b].item<float>();
        });
        for (const std::int64_t i : order) {
            const double w = rest[i].item<double>(), scale = weight.scales[static_cast<std::size_t>(row)];
            const double zero = weight.zeros[static_cast<std::size_t>(row)], half = 1 << (bits - 1);
            const double value = (std::clamp(std::nearbyint(w / scale) + zero, -half, half - 1) - zero) * scale;
            values[static_cast<std::size_t>(i)] = static_cast<float>(value);
            const at::Tensor column = inverse.select(1, i).clone();
            const double pivot = column[i].item<double>();
            rest -= column * ((w - value) / pivot);
            inverse -= at::outer(column, column) / pivot;
        }
        errors.push_back(error_of(problem, row, values));
    }
    return errors;
}
