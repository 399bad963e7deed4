// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/gptq_torch.h"

#include "core/quantize/rounding/cholesky_torch.h"
#include "core/quantize/rounding/scale_width.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <vector>

namespace ca {
namespace {

constexpr std::int64_t kBlock = 128; // columns between two updates of all that follow
constexpr int kRounds = 3;           // of polishing; more bring next to nothing

/// One pass over some rows, on grids that are there already.
class Pass {
public:
    Pass(const at::Tensor &factor, const std::vector<std::int64_t> &order)
        : factor_(factor), order_(order), columns_(static_cast<std::int64_t>(order.size()))
    {
    }

    /// `rest`: targets in the order of columns; used up. Gives each row's objective.
    std::vector<double> operator()(at::Tensor rest, RowCodes &codes) const
    {
        std::vector<double> errors(static_cast<std::size_t>(codes.rows), 0.0);
        at::Tensor scaled = at::empty({codes.rows, kBlock}, at::kFloat);
        for (std::int64_t first = 0; first < columns_; first += kBlock) {
            const std::int64_t count = std::min(kBlock, columns_ - first), after = columns_ - first - count;
            for (std::int64_t row = 0; row < codes.rows; ++row)
                errors[static_cast<std::size_t>(row)] += round_block(row, first, count, rest.data_ptr<float>() + row * columns_,
                                                                     scaled.data_ptr<float>() + row * kBlock, codes);
            if (after > 0)
                rest.narrow(1, first + count, after)
                    .addmm_(scaled.narrow(1, 0, count), factor_.narrow(0, first, count).narrow(1, first + count, after), 1, -1);
        }
        return errors;
    }

private:
    double round_block(std::int64_t row, std::int64_t first, std::int64_t count, float *rest, float *scaled,
                       RowCodes &codes) const
    {
        const auto *factor = factor_.const_data_ptr<float>();
        const auto low = static_cast<float>(codes.levels.low), high = static_cast<float>(codes.levels.high);
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t column = order_[static_cast<std::size_t>(first + i)];
            const float *of = factor + (first + i) * columns_ + first;
            const WeightGrid grid = codes.grid(row, column / codes.group);
            const auto zero = static_cast<float>(grid.zero);
            float *w = rest + first;
            const float code = std::clamp(round_even(w[i] / grid.scale) + zero, low, high);
            codes.values[row * codes.columns + column] = static_cast<std::int8_t>(code);
            const float error = (w[i] - (code - zero) * grid.scale) / of[i];
            scaled[i] = error;
            sum += static_cast<double>(error * error);
            for (std::int64_t k = i + 1; k < count; ++k)
                w[k] -= error * of[k];
        }
        return sum;
    }

    const at::Tensor &factor_;
    const std::vector<std::int64_t> &order_;
    std::int64_t columns_;
};

/// Codes of some rows with memory of their own, to try something in.
struct Trial {
    explicit Trial(const RowCodes &like)
        : values(static_cast<std::size_t>(like.rows * like.columns)),
          scales(like.scales, like.scales + like.rows * like.groups()),
          zeros(like.zeros ? std::vector<std::int8_t>(like.zeros, like.zeros + scales.size()) : std::vector<std::int8_t>()),
          codes(like)
    {
        codes.values = values.data();
        codes.scales = scales.data();
        codes.zeros = like.zeros ? zeros.data() : nullptr;
    }
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    void copy_row(std::int64_t row, RowCodes &into) const
    {
        const std::int64_t groups = codes.groups();
        std::copy_n(codes.values + row * codes.columns, codes.columns, into.values + row * codes.columns);
        std::copy_n(codes.scales + row * groups, groups, into.scales + row * groups);
        if (codes.zeros)
            std::copy_n(codes.zeros + row * groups, groups, into.zeros + row * groups);
    }

    std::vector<std::int8_t> values;
    std::vector<float> scales;
    std::vector<std::int8_t> zeros;
    RowCodes codes;
};

std::vector<double> as_vector(const at::Tensor &numbers)
{
    const at::Tensor dense = numbers.contiguous();
    return {dense.const_data_ptr<double>(), dense.const_data_ptr<double>() + dense.numel()};
}

/// The widths of grids that are tried, as shares of the grid of least squared error: the fewer levels, the more a width matters.
std::vector<float> widths_for(Bits bits)
{
    if (bits.value <= 3)
        return {1.0F, 0.68F, 0.76F, 0.84F, 0.92F, 1.08F, 1.16F};
    if (bits.value <= 5)
        return {1.0F, 0.92F, 0.96F, 1.04F};
    return {1.0F};
}

/// Rounds chunks of rows of one problem.
class Gptq {
public:
    Gptq(const RowProblem &problem, Bits bits) : problem_(problem), widths_(widths_for(bits)) { }

    /// What all rows share.
    Status prepare(int threads, const std::stop_token &stop)
    {
        const at::Tensor &hessian = problem_.hessian;
        permutation_ = at::argsort(hessian.diagonal(), true, 0, true);
        order_.assign(permutation_.const_data_ptr<std::int64_t>(), permutation_.const_data_ptr<std::int64_t>() + hessian.size(0));
        auto factor = inverse_factor(hessian.index_select(0, permutation_).index_select(1, permutation_), threads, stop);
        if (!factor)
            return forward(factor);
        factor_ = std::move(*factor);
        return {};
    }

    void operator()(std::int64_t first, RowCodes codes, const std::stop_token &stop) const
    {
        const at::Tensor target = problem_.target.narrow(0, first, codes.rows).contiguous();
        round_to_nearest(target, codes);
        if (factor_.defined())
            take_best_pass(target, codes, stop);
        polish(problem_.hessian, target, codes, kRounds, stop);
    }

private:
    void take_best_pass(const at::Tensor &target, RowCodes &codes, const std::stop_token &stop) const
    {
        const Pass pass(factor_, order_);
        std::vector<double> least = as_vector(objective(values_of(codes), target, problem_.hessian));
        const Trial nearest(codes);
        for (const float width : widths_) {
            if (stop.stop_requested())
                return;
            Trial trial(nearest.codes);
            for (float &scale : trial.scales)
                scale = stored_scale(scale * width, codes.group != codes.columns);
            const auto errors = pass(target.index_select(1, permutation_), trial.codes);
            for (std::size_t row = 0; row < least.size(); ++row)
                if (errors[row] < least[row]) {
                    least[row] = errors[row];
                    trial.copy_row(static_cast<std::int64_t>(row), codes);
                }
        }
    }

    const RowProblem &problem_;
    const std::vector<float> widths_;
    at::Tensor permutation_, factor_;
    std::vector<std::int64_t> order_;
};

} // namespace

Result<IntegerWeight> round_gptq(const RowProblem &problem, const Scheme &scheme, int threads, const std::stop_token &stop)
{
    const std::int64_t rows = problem.target.size(0);
    IntegerWeight weight = empty_codes(rows, problem.target.size(1), scheme);
    Gptq gptq(problem, weight.bits);
    if (const auto ready = gptq.prepare(threads, stop); !ready)
        return forward(ready);
    const auto chunk = [&](std::size_t index) {
        const std::int64_t first = static_cast<std::int64_t>(index) * kRowChunk;
        gptq(first, rows_of(weight, first, std::min(kRowChunk, rows - first)), stop);
    };
    const auto chunks = static_cast<std::size_t>((rows + kRowChunk - 1) / kRowChunk);
    if (const auto done = parallel_tensors(chunks, threads, stop, chunk); !done)
        return forward(done);
    return weight;
}

} // namespace ca
