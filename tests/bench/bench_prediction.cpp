// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds and memory of quantizing the shared CIFAR networks by method, predicted and taken. Exit code 1 where seconds are off by
// more than a factor of three, or memory by more than 1.5; less than a tenth of a second or 32 MB counts as that much. On a
// machine that others use, the seconds of processor time for each thread, which are printed as well, say more.
#include "core/base/parallel.h"
#include "core/quantize/prediction.h"
#include "core/quantize/quantize.h"
#include "tests/support/bench.h"
#include "tests/support/in_child.h"
#include "tests/support/resident_memory.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace {

constexpr double kMostOff = 3, kLeast = 0.1;
constexpr double kMostMemoryOff = 1.5, kLeastMemory = 32e6; // bytes

struct Case {
    const char *method;
    ca::MethodOptions options{};
};

std::string name_of(const Case &of)
{
    return of.method + (of.options.rounding ? " by " + to_text(*of.options.rounding) : std::string());
}

bool within(double taken, double predicted, double least, double most_off)
{
    const double off = std::max(taken, least) / std::max(predicted, least);
    return off <= most_off && off >= 1 / most_off;
}

bool is_close(const ca::Model &model, const Case &of, const ca::Calibration &calibration)
{
    const auto recipe = value_of(ca::make_recipe(model, of.method, of.options));
    const ca::Prediction predicted = ca::predict_costs(model, recipe.recipe, 0);
    const std::clock_t used = std::clock();
    const auto began = std::chrono::steady_clock::now();
    const auto risen = resident_rise([&] { value_of(ca::quantize_weights(model, recipe, calibration, 0, {}, {})); });
    const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double each = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC / ca::default_threads();
    const auto memory = static_cast<double>(predicted.work.value),
               held = static_cast<double>(risen.value_or(predicted.work.value));
    const bool fast = within(taken, predicted.seconds, kLeast, kMostOff),
               small = within(held, memory, kLeastMemory, kMostMemoryOff);
    const std::string name = model.name + ", " + name_of(of);
    std::printf("result: %s: predicted %.2f s, taken %.2f s, %.2f s of each core (%s)\n", name.c_str(), predicted.seconds, taken,
                each, reached(fast));
    std::printf("result: %s: predicted %.0f MB, held %.0f MB (%s)\n", name.c_str(), memory / 1e6, held / 1e6, reached(small));
    std::fflush(stdout);
    return fast && small;
}

} // namespace

/// `bench_prediction [WORD...]`: what has all of these in the name of its network, method and rounding.
int main(int count, char **arguments)
{
    const auto shared = shared_cifar_nets();
    const auto preprocess = value_of(ca::parse_preprocess("cifar10"));
    const std::vector<Case> cases{{"int8-weight"},
                                  {"int8-weight", {.rounding = ca::Rounding::nearest}},
                                  {"int4-weight", {.rounding = ca::Rounding::mse}},
                                  {"nf4"},
                                  {"fp16"},
                                  {"llm-int8"},
                                  {"static-int8"},
                                  {"int4-weight"},
                                  {"w4a8"},
                                  {"int4-weight", {.rounding = ca::Rounding::adaround}}};
    bool good = true;
    for (const auto &file : {shared.resnet18, shared.vit})
        for (const Case &one : cases) {
            const std::string name = file.stem().stem().string() + ", " + name_of(one);
            const bool wanted = std::all_of(arguments + 1, arguments + count,
                                            [&](const char *word) { return name.find(word) != std::string::npos; });
            const auto look = [&] {
                const auto model = value_of(ca::load_model(file, {}, {}, {}));
                return is_close(model, one, ca::Calibration(shared.data.calibration, preprocess)) ? 0 : 1;
            };
            good = (!wanted || in_child(look) == 0) && good; // whose memory holds nothing of earlier ones
        }
    return good ? 0 : 1;
}
