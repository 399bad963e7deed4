// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/layer_rows_torch.h"

#include "core/base/random.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace ca {
namespace {

std::vector<std::int64_t> pair_of(const c10::IValue &value)
{
    std::vector<std::int64_t> list = value.isInt() ? std::vector<std::int64_t>{value.toInt()} : value.toIntVector();
    if (list.size() == 1)
        list.push_back(list.front());
    return list;
}

/// Copies the windows of one image at one position, channel by channel.
class WindowCopy {
public:
    WindowCopy(const LayerProduct &product, const at::Tensor &input, std::int64_t out_width)
        : product_(product),
          width_(input.size(3)),
          height_(input.size(2)),
          out_width_(out_width),
          channels_(input.size(1) / product.groups),
          values_(input.const_data_ptr<float>()),
          image_(input.size(1) * height_ * width_)
    {
    }

    void operator()(std::int64_t image, std::int64_t place, std::int64_t group, float *out) const
    {
        const std::int64_t top = place / out_width_ * product_.stride[0] - product_.padding[0];
        const std::int64_t left = place % out_width_ * product_.stride[1] - product_.padding[1];
        const float *plane = values_ + image * image_ + group * channels_ * height_ * width_;
        for (std::int64_t channel = 0; channel < channels_; ++channel, plane += height_ * width_)
            for (std::int64_t ky = 0; ky < product_.kernel[0]; ++ky) {
                const std::int64_t y = top + ky * product_.dilation[0];
                for (std::int64_t kx = 0; kx < product_.kernel[1]; ++kx) {
                    const std::int64_t x = left + kx * product_.dilation[1];
                    *out++ = y >= 0 && y < height_ && x >= 0 && x < width_ ? plane[y * width_ + x] : 0.0F;
                }
            }
    }

private:
    const LayerProduct &product_;
    std::int64_t width_, height_, out_width_, channels_;
    const float *values_;
    std::int64_t image_;
};

} // namespace

std::optional<LayerProduct> layer_product(const Program::Data &program, const Step &step)
{
    if (step.layer < 0 || step.in.size() < 3 || is_constant(step.in[0]) || !is_constant(step.in[2])
        || step.in[1] != program.layer_weights[static_cast<std::size_t>(step.layer)] || step.out.size() != 1)
        return std::nullopt;
    const at::Tensor weight = program.tensor(step.in[1]);
    LayerProduct product;
    product.rows = weight.size(0);
    product.columns = weight.numel() / std::max<std::int64_t>(product.rows, 1);
    if (step.op == "aten::linear" && weight.dim() == 2)
        return product;
    if (step.op != "aten::conv2d" || step.in.size() != 7 || weight.dim() != 4)
        return std::nullopt;
    for (std::size_t i = 3; i < 7; ++i)
        if (!is_constant(step.in[i]))
            return std::nullopt;
    const auto constant = [&](std::size_t i) -> const c10::IValue & {
        return program.constants[constant_index(step.in[i])].value;
    };
    if (constant(4).isString())
        return std::nullopt;
    product.is_convolution = true;
    product.kernel = {weight.size(2), weight.size(3)};
    product.stride = pair_of(constant(3));
    product.padding = pair_of(constant(4));
    product.dilation = pair_of(constant(5));
    product.groups = constant(6).toInt();
    return product;
}

std::int64_t positions_in(const LayerProduct &product, const at::Tensor &output)
{
    return output.numel() / product.rows;
}

at::Tensor sample_positions(std::int64_t total, std::int64_t wanted, std::uint64_t seed)
{
    if (total <= wanted)
        return at::arange(total, at::kLong);
    at::Tensor chosen = at::empty({wanted}, at::kLong);
    auto *out = chosen.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < wanted; ++i) {
        const std::int64_t from = i * total / wanted, to = (i + 1) * total / wanted;
        out[i] =
            from + static_cast<std::int64_t>(mix(seed, static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(to - from));
    }
    return chosen;
}

void gather_inputs(const LayerProduct &product, const at::Tensor &input, const at::Tensor &output, const at::Tensor &positions,
                   std::int64_t first, at::Tensor &rows)
{
    const std::int64_t count = positions.numel();
    if (!product.is_convolution) {
        rows[0].narrow(0, first, count).copy_(input.reshape({-1, product.columns}).index_select(0, positions));
        return;
    }
    const at::Tensor dense = (input.dim() == 3 ? input.unsqueeze(0) : input).contiguous();
    const std::int64_t out_width = output.size(-1), places = output.size(-2) * out_width, all = rows.size(1);
    const WindowCopy copy(product, dense, out_width);
    const auto *chosen = positions.const_data_ptr<std::int64_t>();
    auto *out = rows.data_ptr<float>();
    for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t group = 0; group < product.groups; ++group)
            copy(chosen[i] / places, chosen[i] % places, group, out + (group * all + first + i) * product.columns);
}

at::Tensor gather_outputs(const LayerProduct &product, const at::Tensor &output, const at::Tensor &positions)
{
    if (!product.is_convolution)
        return output.reshape({-1, product.rows}).index_select(0, positions);
    const at::Tensor batch = output.dim() == 3 ? output.unsqueeze(0) : output;
    return batch.permute({0, 2, 3, 1}).reshape({-1, product.rows}).index_select(0, positions);
}

} // namespace ca
