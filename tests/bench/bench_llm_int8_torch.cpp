// SPDX-License-Identifier: GPL-3.0-or-later
// LLM.int8() against fp32 aten::linear on one thread at M=197, K=768, N=3072 (ViT-B/16's first MLP layer), in turns: at least 1.8
// times as fast, with outliers in one column of a hundred, else exit code 1.
#include "core/evaluate/latency.h"
#include "core/evaluate/statistics.h"
#include "core/quantize/kernels/row_product_torch.h"
#include "tests/support/bench.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

constexpr double kFaster = 1.8;
constexpr int kRounds = 61;

template <typename Work>
double milliseconds(const Work &work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int main()
{
    const std::string isa = ca::instruction_set();
    if (isa != "avx512_vnni" && isa != "amx") {
        std::printf("This processor has no AVX512-VNNI.\n");
        return kSkip;
    }
    const c10::InferenceMode inference;
    at::set_num_threads(1);
    at::manual_seed(1);
    const at::Tensor x = at::randn({1, 197, 768}), weight = at::randn({3072, 768}), bias = at::randn({3072});
    for (std::int64_t column = 0; column < 768; column += 100)
        x.select(2, column).mul_(20);
    const at::Tensor scales = at::amax(weight.abs(), 1);
    const at::Tensor codes = at::round(at::div(at::mul(weight, 127), scales.unsqueeze(1))).to(at::kChar);
    const ca::Kernel llm = ca::llm_layer({codes, scales, bias, 6.0, {}, {}, {}});
    std::vector<double> floats, integers;
    for (int round = 0; round < kRounds; ++round) {
        floats.push_back(milliseconds([&] { (void)at::linear(x, weight, bias); }));
        integers.push_back(milliseconds([&] {
            ca::Stack stack{x};
            llm(stack);
        }));
    }
    const double fp32 = ca::median_interval(std::move(floats)).median, int8 = ca::median_interval(std::move(integers)).median;
    std::printf("result: %s, one thread: aten::linear %.2f ms, LLM.int8() %.2f ms: %.2f times as fast (at least %.1f: %s)\n",
                isa.c_str(), fp32, int8, fp32 / int8, kFaster, reached(fp32 / int8 >= kFaster));
    return fp32 / int8 >= kFaster ? 0 : 1;
}
