// SPDX-License-Identifier: GPL-3.0-or-later
// Batch-1 latency on one thread of static int8 and bf16 against this program's own fused fp32, interleaved in one run for each
// network: at most 0.40 for ResNet-18 (32 x 32 and 224 x 224), 0.45 for the vision transformers and CLIP, 0.80 for MobileNetV2;
// bf16 0.65, MobileNetV2 0.90. Exit code 1 where one of them is not reached.
#include "core/data/prompts.h"
#include "core/evaluate/latency.h"
#include "core/quantize/quantize.h"
#include "tests/support/bench.h"
#include "tests/support/calibration.h"
#include "tests/support/shared_files.h"

#include <cstdio>
#include <optional>
#include <string>

namespace {

struct Subject {
    const char *title;
    const char *file;  ///< below the shared folder; of the five known networks the name, with random weights
    double int8, bf16; ///< most of the time of fused fp32
};

constexpr Subject kSubjects[]{{"ResNet-18, 32 x 32", "models/resnet18_cifar10.traced.pt", 0.40, 0.65},
                              {"ResNet-18, 224 x 224", "resnet18", 0.40, 0.65},
                              {"MobileNetV2", "models/mobilenet_v2_cifar10.traced.pt", 0.80, 0.90},
                              {"ViT", "models/vit_cifar10.scripted.pt", 0.45, 0.65},
                              {"ViT-B/16", "vit_b_16", 0.45, 0.65},
                              {"clip-tiny, TorchScript", "models/clip_tiny_pictogram10.traced.pt", 0.45, 0.65},
                              {"clip-tiny, folder", "models/clip-tiny", 0.45, 0.65}};

std::optional<ca::Model> open(const Subject &subject)
{
    const std::string file = subject.file;
    if (file.find('/') == std::string::npos)
        return value_of(ca::random_model(file, {}, {}));
    ca::LoadOptions options;
    options.prompts = ca::prompt_maker(ca::cifar10_classes(), ca::clip_templates());
    const auto place = shared_file(file);
    return place ? std::optional(value_of(ca::load_model(*place, options, {}, {}))) : std::nullopt;
}

/// Pictures of noise: what they show has no influence on the time.
ca::Split noise(const ca::InputSpec &input)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->channels = static_cast<int>(input.channels);
    images->height = static_cast<int>(input.height);
    images->width = static_cast<int>(input.width);
    images->labels = {0, 0};
    images->classes = {"any"};
    for (std::int64_t i = 0; i < 2 * input.channels * input.height * input.width; ++i)
        images->pixels.push_back(static_cast<std::uint8_t>(i * 2654435761 >> 8));
    return {"calibration", images, {0, 1}};
}

bool compare(const Subject &subject, const ca::Model &model)
{
    ca::Preprocess preprocess;
    preprocess.mean = {0.5F, 0.5F, 0.5F};
    preprocess.deviation = {0.25F, 0.25F, 0.25F};
    const auto ranges = value_of(minmax_ranges(model, noise(model.input), preprocess));
    ca::MethodOptions plain;
    plain.rounding = ca::Rounding::nearest;
    plain.smooth = plain.equalize = plain.correct_biases = false;
    const auto recipe = value_of(ca::make_recipe(model, "static-int8", plain));
    const auto quantized = value_of(ca::quantize(model, recipe, ranges, 0, {}, {}));
    ca::LatencyOptions options;
    options.batch = 1;
    options.rounds = 201;
    options.seconds = 45;
    const auto times = value_of(ca::measure_latency(ca::float_baselines(model), model.input, quantized.program, quantized.compute,
                                                    quantized.real, options, {}, {}));
    const double fused = times.floats.fused_fp32->batch1->median, int8 = times.program.batch1->median / fused;
    std::printf("result: %s: fused fp32 %.2f ms; int8 %.3f of it (at most %.2f: %s)", subject.title, fused, int8, subject.int8,
                reached(int8 <= subject.int8));
    double bf16 = 0;
    if (times.floats.bf16 && times.floats.bf16->batch1) {
        bf16 = times.floats.bf16->batch1->median / fused;
        std::printf(", bf16 %.3f (at most %.2f: %s)", bf16, subject.bf16, reached(bf16 <= subject.bf16));
    }
    std::printf("\n");
    std::fflush(stdout);
    return int8 <= subject.int8 && bf16 <= subject.bf16;
}

} // namespace

int main()
{
    const std::string isa = ca::instruction_set();
    if (isa != "avx512_vnni" && isa != "amx") {
        std::printf("This processor has no AVX512-VNNI.\n");
        return kSkip;
    }
    bool all = true, any = false;
    for (const Subject &subject : kSubjects) {
        const auto model = open(subject);
        if (!model) {
            std::printf("%s is not beside this checkout.\n", subject.file);
            continue;
        }
        any = true;
        all &= compare(subject, *model);
    }
    if (!any) {
        std::printf("The shared networks are not beside this checkout.\n");
        return kSkip;
    }
    return all ? 0 : 1;
}
