// SPDX-License-Identifier: GPL-3.0-or-later
// Batch-1 latency of ResNet-18 with static int8 on one thread against this program's own fused fp32 and plain frozen TorchScript,
// all interleaved in one run. At most 0.40 and 0.30 on a machine with AVX512-VNNI, else exit code 1.
#include "core/evaluate/latency.h"
#include "core/quantize/quantize.h"
#include "tests/support/bench.h"
#include "tests/support/calibration.h"
#include "tests/support/shared_files.h"

#include <cstdio>

namespace {

constexpr double kOfFused = 0.40, kOfPlain = 0.30; // most of the float times

int skip(const char *why)
{
    std::printf("%s\n", why);
    return kSkip;
}

} // namespace

int main()
{
    const auto file = shared_file("models/resnet18_cifar10.traced.pt");
    const auto folder = shared_file("data/cifar10");
    if (!file || !folder)
        return skip("The shared ResNet-18 or CIFAR-10 is not beside this checkout.");
    const std::string isa = ca::instruction_set();
    if (isa != "avx512_vnni" && isa != "amx")
        return skip("This processor has no AVX512-VNNI.");
    const auto model = value_of(ca::load_model(*file, {}, {}, {}));
    const auto data = value_of(ca::open_data_folder(*folder, 0));
    const auto preprocess = value_of(ca::parse_preprocess("cifar10"));
    const auto ranges = value_of(minmax_ranges(model, data.calibration.first(128), preprocess));
    const auto recipe = value_of(ca::make_recipe(model, "static-int8", {}));
    const auto quantized = value_of(ca::quantize(model, recipe, ranges, 0, {}, {}));
    ca::LatencyOptions options;
    options.rounds = 101;
    options.seconds = 60;
    const auto times = value_of(ca::measure_latency(ca::float_baselines(model), model.input, quantized.program, quantized.compute,
                                                    quantized.real, options, {}, {}));

    const double int8 = times.program.batch1->median, fused = times.floats.fused_fp32->batch1->median,
                 plain = times.floats.torchscript->batch1->median;
    std::printf("result: %s, one thread, batch 1: int8 %.2f ms, fused fp32 %.2f ms, TorchScript %.2f ms\n", isa.c_str(), int8,
                fused, plain);
    const bool beats_fused = int8 / fused <= kOfFused, beats_plain = int8 / plain <= kOfPlain;
    std::printf("result: int8 / fused fp32 %.3f (at most %.2f: %s), int8 / TorchScript %.3f (at most %.2f: %s)\n", int8 / fused,
                kOfFused, reached(beats_fused), int8 / plain, kOfPlain, reached(beats_plain));
    return beats_fused && beats_plain ? 0 : 1;
}
