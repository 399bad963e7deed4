// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/row_product_torch.h"

#include "core/quantize/kernels/small_product_torch.h"

#include <ATen/Functions.h>

namespace ca {
namespace {

const float *data_or_null(const at::Tensor &tensor)
{
    return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

at::Tensor tensor_or_none(const c10::IValue &value)
{
    return value.isTensor() ? value.toTensor().contiguous() : at::Tensor();
}

at::Tensor empty_rows(std::int64_t rows, std::int64_t columns, at::ScalarType type)
{
    return at::empty({rows, columns}, at::TensorOptions().dtype(type));
}

/// The residual behind the input on the stack, if there is one, taken off.
at::Tensor take_residual(Stack &stack)
{
    if (stack.size() < 2)
        return {};
    at::Tensor residual = std::move(stack[1]).toTensor();
    stack.resize(1);
    return residual;
}

RowProduct integer_row_product(const at::Tensor &weight, const at::Tensor &scales)
{
    const BoxedOperator pack("onednn::qlinear_prepack", ""), call("onednn::qlinear_pointwise", "");
    const at::Tensor packed = pack({weight, c10::IValue()}).toTensor(), zeros = at::zeros(scales.sizes(), at::kInt);
    TORCH_CHECK(packed.is_mkldnn(), "weights were not packed"); // the kernel would read past plain ones
    const auto small = small_product(weight, scales, {});
    return [=](const at::Tensor &rows) {
        if (small && small->takes_rows(rows.size(0))) {
            const at::Tensor sums = empty_rows(rows.size(0), scales.size(0), at::kFloat);
            small->product.multiply(rows.const_data_ptr<std::uint8_t>(), rows.size(0), {1, kRowZero}, {}, sums.data_ptr());
            return sums;
        }
        return call({rows, 1.0, std::int64_t{kRowZero}, packed, scales, zeros, c10::IValue(), 1.0, std::int64_t{0},
                     static_cast<std::int64_t>(at::kFloat), "none", c10::List<std::optional<at::Scalar>>(), std::string()})
            .toTensor();
    };
}

// --- LLM.int8() ---------------------------------------------------------------------------------------------------------

/// The input as a matrix, a part at a time: whole for a linear layer, image by image for a convolution, whose matrix repeats
/// each value as often as there are places in a window.
class RowSource {
public:
    RowSource(const LlmLayer &layer, const at::Tensor &x) : layer_(layer)
    {
        if (layer.stride.empty()) {
            whole_ = x.contiguous().view({-1, layer.weight.size(1)});
            return;
        }
        const auto &pad = layer.padding;
        whole_ = at::constant_pad_nd(x, {pad[1], pad[1], pad[0], pad[0]}).contiguous(at::MemoryFormat::ChannelsLast);
        for (int i = 0; i < 2; ++i)
            out_[i] = (whole_.size(2 + i) - layer.dilation[i] * (layer.weight.size(2 + i) - 1) - 1) / layer.stride[i] + 1;
    }

    [[nodiscard]] std::int64_t parts() const { return layer_.stride.empty() ? 1 : whole_.size(0); }
    [[nodiscard]] std::int64_t rows() const { return layer_.stride.empty() ? whole_.size(0) : out_[0] * out_[1]; } ///< of a part
    [[nodiscard]] std::int64_t columns() const
    {
        return layer_.weight.numel() / std::max<std::int64_t>(1, layer_.weight.size(0));
    }

    /// [rows, columns]; columns of a convolution in the order kernel height, kernel width, channels.
    [[nodiscard]] at::Tensor part(std::int64_t i) const
    {
        if (layer_.stride.empty())
            return whole_;
        const std::int64_t channels = whole_.size(1), line = whole_.size(3) * channels;
        return whole_.select(0, i)
            .as_strided({out_[0], out_[1], layer_.weight.size(2), layer_.weight.size(3), channels},
                        {layer_.stride[0] * line, layer_.stride[1] * channels, layer_.dilation[0] * line,
                         layer_.dilation[1] * channels, 1})
            .reshape({rows(), columns()});
    }

    /// From [parts * rows, outputs] what the layer gives for x.
    [[nodiscard]] at::Tensor as_output(const at::Tensor &table, const at::Tensor &x) const
    {
        if (!layer_.stride.empty())
            return table.view({parts(), out_[0], out_[1], table.size(1)}).permute({0, 3, 1, 2});
        auto sizes = x.sizes().vec();
        sizes.back() = table.size(1);
        return table.view(sizes);
    }

    /// A tensor of the output's sizes as a table.
    [[nodiscard]] at::Tensor as_table(const at::Tensor &output, std::int64_t outputs) const
    {
        const at::Tensor plain =
            layer_.stride.empty() ? output.contiguous() : output.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
        return plain.view({-1, outputs});
    }

private:
    const LlmLayer &layer_;
    at::Tensor whole_;
    std::int64_t out_[2]{1, 1}; ///< height and width of a convolution's result
};

/// All parts in u8, with the columns that have outliers.
struct LlmRows {
    at::Tensor values;  ///< u8
    at::Tensor scales;  ///< float32, one for each row
    at::Tensor columns; ///< of outliers: their numbers
};

LlmRows quantize(const RowSource &source, double threshold)
{
    const std::int64_t rows = source.rows(), columns = source.columns(), all = source.parts() * rows;
    LlmRows result{empty_rows(all, columns, at::kByte), at::empty({all}, at::kFloat), {}};
    auto *values = result.values.data_ptr<std::uint8_t>();
    std::vector<std::uint8_t> outlier(static_cast<std::size_t>(columns), 0);
    for (std::int64_t i = 0; i < source.parts(); ++i) {
        const at::Tensor part = source.part(i);
        quantize_llm_rows({part.const_data_ptr<float>(), rows, columns}, static_cast<float>(threshold),
                          values + i * rows * columns, result.scales.data_ptr<float>() + i * rows, outlier);
    }
    std::vector<std::int64_t> found;
    for (std::int64_t column = 0; column < columns; ++column)
        if (outlier[static_cast<std::size_t>(column)] != 0)
            found.push_back(column);
    for (std::int64_t row = 0; row < all; ++row)
        for (const std::int64_t column : found)
            values[row * columns + column] = kRowZero;
    result.columns = at::tensor(found, at::kLong);
    return result;
}

/// The outlier columns of all parts.
at::Tensor outliers(const RowSource &source, const at::Tensor &columns)
{
    std::vector<at::Tensor> parts;
    for (std::int64_t i = 0; i < source.parts(); ++i)
        parts.push_back(source.part(i).index_select(1, columns));
    return at::cat(parts);
}

} // namespace

RowProduct float_row_product(const at::Tensor &weight, const at::Tensor &scales)
{
    const at::Tensor whole = weight.to(at::kFloat);
    return [whole, scales](const at::Tensor &rows) {
        return at::linear(at::sub(rows.to(at::kFloat), static_cast<double>(kRowZero)), whole).mul_(scales);
    };
}

RowProduct row_product(const at::Tensor &weight, const at::Tensor &scales)
{
    return exact_levels() == 255 ? integer_row_product(weight, scales) : float_row_product(weight, scales);
}

Kernel token_linear(const TokenLinear &layer)
{
    const at::Tensor column_sums = at::mul(layer.weight.to(at::kInt).sum(1).to(at::kFloat), layer.scales).contiguous();
    return [product = row_product(layer.weight, layer.scales), bias = tensor_or_none(layer.bias), column_sums,
            columns = layer.weight.size(1), outputs = layer.weight.size(0)](Stack &stack) {
        const at::Tensor residual = take_residual(stack);
        const at::Tensor x = stack[0].toTensor().contiguous();
        auto sizes = x.sizes().vec();
        sizes.back() = outputs;
        const std::int64_t rows = x.numel() / columns;
        if (rows == 0) {
            stack[0] = at::empty(sizes, x.options());
            return;
        }
        const at::Tensor q = empty_rows(rows, columns, at::kByte);
        std::vector<U8Grid> grids(static_cast<std::size_t>(rows));
        quantize_each_row({x.const_data_ptr<float>(), rows, columns}, q.data_ptr<std::uint8_t>(), grids.data());
        std::vector<float> scales, shifts;
        for (const U8Grid &grid : grids) {
            scales.push_back(grid.scale);
            shifts.push_back(static_cast<float>(grid.zero - kRowZero));
        }
        const at::Tensor sums = product(q);
        const at::Tensor addend = residual.defined() ? residual.contiguous() : residual;
        TORCH_CHECK(!addend.defined() || addend.numel() == rows * outputs,
                    "a residual has another size than what it is added to");
        finish_rows(
            sums.data_ptr<float>(), rows, outputs,
            {scales.data(), shifts.data(), column_sums.const_data_ptr<float>(), data_or_null(bias), data_or_null(addend)});
        stack[0] = sums.view(sizes);
    };
}

Kernel llm_layer(const LlmLayer &layer)
{
    const bool convolution = !layer.stride.empty();
    const at::Tensor weight =
        (convolution ? layer.weight.permute({0, 2, 3, 1}) : layer.weight).reshape({layer.weight.size(0), -1}).contiguous();
    const at::Tensor unit = at::mul(layer.scales, 1.0 / 127.0);
    // Outlier columns are rows of these, so that they are found in one piece.
    return [layer, product = row_product(weight, unit), by_column = weight.t().contiguous(), unit,
            bias = tensor_or_none(layer.bias)](Stack &stack) {
        const at::Tensor residual = take_residual(stack);
        const at::Tensor x = stack[0].toTensor();
        const RowSource source(layer, x);
        const LlmRows rows = quantize(source, layer.threshold);
        const std::int64_t outputs = unit.size(0);
        const at::Tensor sums =
            rows.values.size(0) > 0 ? product(rows.values) : empty_rows(rows.values.size(0), outputs, at::kFloat);
        const at::Tensor addend = residual.defined() ? source.as_table(residual, outputs) : residual;
        TORCH_CHECK(!addend.defined() || addend.numel() == sums.numel(), "a residual has another size than what it is added to");
        RowFinish finish{rows.scales.const_data_ptr<float>()};
        finish.bias = data_or_null(bias);
        finish.addend = data_or_null(addend);
        finish_rows(sums.data_ptr<float>(), sums.size(0), outputs, finish);
        if (rows.columns.numel() > 0) {
            const at::Tensor weights = at::mul(by_column.index_select(0, rows.columns).to(at::kFloat), unit);
            sums.addmm_(outliers(source, rows.columns), weights);
        }
        stack[0] = source.as_output(sums, x);
    };
}

} // namespace ca
