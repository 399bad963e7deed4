// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/adaround_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ca {
namespace {

constexpr float kZeta = 1.1F, kGamma = -0.1F;   // the sigmoid is stretched to these and clipped to [0, 1]
constexpr float kBetaFirst = 20, kBetaLast = 2; // of the regulariser 1 - |2 h - 1|^beta
constexpr int kIterations = 300;                // with the gradient of all inputs; the paper's 10,000 take one of 32 images
constexpr double kWarmStart = 0.2;              // of the iterations, without regulariser
constexpr float kRegulariser = 4;               // against the objective's mean for a weight
constexpr float kRate = 0.1F;
constexpr float kMomentum = 0.9F, kSquares = 0.999F, kTiny = 1e-8F; // Adam

struct Variable {
    float value = 0, mean = 0, square = 0;
};

/// Soft codes of some rows of a weight.
class SoftRounding {
public:
    SoftRounding(const at::Tensor &hessian, const at::Tensor &target, RowCodes &codes)
        : hessian_(hessian),
          target_(target),
          codes_(codes),
          floors_(at::empty_like(target)),
          soft_(at::empty_like(target)),
          variables_(static_cast<std::size_t>(target.numel()))
    {
        round_to_nearest(target_, codes_);
        const auto *t = target_.const_data_ptr<float>();
        auto *floors = floors_.data_ptr<float>();
        for (std::size_t i = 0; i < variables_.size(); ++i) {
            const WeightGrid grid = grid_of(i);
            const float place = t[i] / grid.scale + static_cast<float>(grid.zero);
            floors[i] = std::floor(place);
            const float share = std::clamp((place - floors[i] - kGamma) / (kZeta - kGamma), 0.01F, 0.99F);
            variables_[i].value = std::log(share / (1 - share));
        }
        nearest_ = objective(values_of(codes_), target_, hessian_);
        const at::Tensor each = (nearest_ / static_cast<double>(codes_.columns)).clamp_min(1e-30).to(at::kFloat);
        weights_.assign(each.const_data_ptr<float>(), each.const_data_ptr<float>() + each.numel());
    }

    void learn(const std::stop_token &stop)
    {
        for (int i = 0; i < kIterations && !stop.stop_requested(); ++i) {
            write_values(false);
            const at::Tensor slope = at::mm(soft_ - target_, hessian_);
            const double after = static_cast<double>(i) / kIterations - kWarmStart;
            const double left = 1 - std::max(0.0, after) / (1 - kWarmStart);
            const float beta = kBetaLast + (kBetaFirst - kBetaLast) * static_cast<float>(left);
            step(slope.const_data_ptr<float>(), after > 0 ? kRegulariser : 0.0F, beta, i + 1);
        }
    }

    /// Writes the codes of rows that are better than the nearest ones.
    void harden()
    {
        write_values(true);
        const at::Tensor reached = objective(soft_, target_, hessian_);
        for (std::int64_t row = 0; row < codes_.rows; ++row)
            if (reached.const_data_ptr<double>()[row] < nearest_.const_data_ptr<double>()[row])
                for (std::int64_t column = 0; column < codes_.columns; ++column) {
                    const auto i = static_cast<std::size_t>(row * codes_.columns + column);
                    codes_.values[i] = static_cast<std::int8_t>(code(i, variables_[i].value > 0 ? 1.0F : 0.0F));
                }
    }

private:
    WeightGrid grid_of(std::size_t i) const
    {
        const auto at = static_cast<std::int64_t>(i);
        return codes_.grid(at / codes_.columns, at % codes_.columns / codes_.group);
    }

    static float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

    float code(std::size_t i, float share) const
    {
        return std::clamp(floors_.const_data_ptr<float>()[i] + share, static_cast<float>(codes_.levels.low),
                          static_cast<float>(codes_.levels.high));
    }

    void write_values(bool hard)
    {
        auto *out = soft_.data_ptr<float>();
        for (std::size_t i = 0; i < variables_.size(); ++i) {
            const WeightGrid grid = grid_of(i);
            const float x = variables_[i].value;
            const float share = hard ? (x > 0 ? 1.0F : 0.0F) : std::clamp(sigmoid(x) * (kZeta - kGamma) + kGamma, 0.0F, 1.0F);
            out[i] = (code(i, share) - static_cast<float>(grid.zero)) * grid.scale;
        }
    }

    /// One of Adam. `slope`: half the gradient of the objective by the values.
    void step(const float *slope, float regulariser, float beta, int count)
    {
        const float first = 1 - std::pow(kMomentum, static_cast<float>(count)),
                    second = 1 - std::pow(kSquares, static_cast<float>(count));
        const auto low = static_cast<float>(codes_.levels.low), high = static_cast<float>(codes_.levels.high);
        const auto *floors = floors_.const_data_ptr<float>();
        for (std::size_t i = 0; i < variables_.size(); ++i) {
            Variable &variable = variables_[i];
            const float s = sigmoid(variable.value), stretched = s * (kZeta - kGamma) + kGamma;
            float gradient = 0;
            if (stretched > 0 && stretched < 1) {
                const bool inside = floors[i] + stretched > low && floors[i] + stretched < high;
                if (inside)
                    gradient = 2 * slope[i] * grid_of(i).scale / weights_[i / static_cast<std::size_t>(codes_.columns)];
                const float off = 2 * stretched - 1;
                gradient -= regulariser * 2 * beta * std::copysign(std::pow(std::fabs(off), beta - 1), off);
                gradient *= (kZeta - kGamma) * s * (1 - s);
            }
            variable.mean = kMomentum * variable.mean + (1 - kMomentum) * gradient;
            variable.square = kSquares * variable.square + (1 - kSquares) * gradient * gradient;
            variable.value -= kRate * (variable.mean / first) / (std::sqrt(variable.square / second) + kTiny);
        }
    }

    const at::Tensor &hessian_, &target_;
    RowCodes &codes_;
    at::Tensor floors_, soft_;   ///< floors: in codes; soft: values
    at::Tensor nearest_;         ///< objective of the nearest codes
    std::vector<float> weights_; ///< of each row: the nearest codes' objective for each weight, which the gradient is measured by
    std::vector<Variable> variables_;
};

} // namespace

Result<IntegerWeight> round_adaround(const RowProblem &problem, const Scheme &scheme, int threads, const std::stop_token &stop)
{
    const std::int64_t rows = problem.target.size(0);
    IntegerWeight weight = empty_codes(rows, problem.target.size(1), scheme);
    const auto chunk = [&](std::size_t index) {
        const std::int64_t first = static_cast<std::int64_t>(index) * kRowChunk, count = std::min(kRowChunk, rows - first);
        RowCodes codes = rows_of(weight, first, count);
        const at::Tensor target = problem.target.narrow(0, first, count).contiguous();
        SoftRounding soft(problem.hessian, target, codes);
        soft.learn(stop);
        soft.harden();
    };
    const auto chunks = static_cast<std::size_t>((rows + kRowChunk - 1) / kRowChunk);
    if (const auto done = parallel_tensors(chunks, threads, stop, chunk); !done)
        return forward(done);
    return weight;
}

} // namespace ca
