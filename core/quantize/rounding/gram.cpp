// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/gram_torch.h"

#include "core/base/parallel.h"
#include "core/program/program_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ca {
namespace {

constexpr std::int64_t kBlock = 512; // columns

struct Block {
    std::int64_t group, row, column;
    bool of_targets;
};

std::vector<Block> blocks_of(const Gram &gram)
{
    std::vector<Block> blocks;
    const std::int64_t columns = gram.inputs.size(2), rows = gram.targets.size(1);
    for (std::int64_t group = 0; group < gram.inputs.size(0); ++group)
        for (std::int64_t column = 0; column < columns; column += kBlock) {
            for (std::int64_t row = 0; row <= column; row += kBlock)
                blocks.push_back({group, row, column, false});
            for (std::int64_t row = 0; row < rows; row += kBlock)
                blocks.push_back({group, row, column, true});
        }
    return blocks;
}

at::Tensor part(const at::Tensor &matrix, std::int64_t dim, std::int64_t first)
{
    return matrix.narrow(dim, first, std::min(kBlock, matrix.size(dim) - first));
}

} // namespace

Status parallel_tensors(std::size_t count, int threads, const std::stop_token &stop, const std::function<void(std::size_t)> &work)
{
    return parallel_for(count, threads, stop, [&](std::size_t i) { return guarded("Rounding weights", 1, [&] { work(i); }); });
}

Result<Gram> gram_of(const at::Tensor &inputs, const at::Tensor &outputs, int threads, const std::stop_token &stop)
{
    const std::int64_t groups = inputs.size(0), columns = inputs.size(2), rows = outputs.size(1) / groups;
    Gram gram{at::empty({groups, columns, columns}, at::kFloat), at::empty({groups, rows, columns}, at::kFloat)};
    const std::vector<Block> blocks = blocks_of(gram);
    const auto one_block = [&](std::size_t i) {
        const auto &[group, row, column, of_targets] = blocks[i];
        const at::Tensor x = inputs[group], right = part(x, 1, column);
        if (of_targets) {
            const at::Tensor left = part(outputs.narrow(1, group * rows, rows), 1, row);
            part(part(gram.targets[group], 0, row), 1, column).copy_(at::mm(left.t(), right));
            return;
        }
        const at::Tensor product = at::mm(part(x, 1, row).t(), right);
        part(part(gram.inputs[group], 0, row), 1, column).copy_(product);
        if (row != column)
            part(part(gram.inputs[group], 0, column), 1, row).copy_(product.t());
    };
    if (const auto done = parallel_tensors(blocks.size(), threads, stop, one_block); !done)
        return forward(done);
    return gram;
}

} // namespace ca
