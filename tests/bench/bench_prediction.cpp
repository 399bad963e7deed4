// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds of quantizing the shared CIFAR networks by method, predicted and taken. Exit code 1 where one is off by more than a
// factor of three; less than a tenth of a second counts as that much. On a machine that others use, the seconds of processor time
// for each thread, which are printed as well, say more.
#include "core/base/parallel.h"
#include "core/quantize/prediction.h"
#include "core/quantize/quantize.h"
#include "tests/support/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace {

constexpr double kMostOff = 3, kLeast = 0.1;

struct Case {
    const char *method;
    ca::MethodOptions options{};
};

std::string name_of(const Case &of)
{
    return of.method + (of.options.rounding ? " by " + to_text(*of.options.rounding) : std::string());
}

bool is_close(const ca::Model &model, const Case &of, const ca::Calibration &calibration)
{
    const auto recipe = value_of(ca::make_recipe(model, of.method, of.options));
    const ca::Prediction predicted = ca::predict_costs(model, recipe.recipe, 0);
    const std::clock_t used = std::clock();
    const auto began = std::chrono::steady_clock::now();
    const auto quantized = value_of(ca::quantize_weights(model, recipe, calibration, 0, {}, {}));
    const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double each = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC / ca::default_threads();
    const double off = std::max(taken, kLeast) / std::max(predicted.seconds, kLeast);
    std::printf("result: %s, %s: predicted %.2f s, taken %.2f s, %.2f s of each core (%s)\n", model.name.c_str(),
                name_of(of).c_str(), predicted.seconds, taken, each, reached(off <= kMostOff && off >= 1 / kMostOff));
    std::fflush(stdout);
    return off <= kMostOff && off >= 1 / kMostOff;
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
    for (const auto &file : {shared.resnet18, shared.vit}) {
        const auto model = value_of(ca::load_model(file, {}, {}, {}));
        for (const Case &one : cases) {
            const std::string name = model.name + ", " + name_of(one);
            const bool wanted = std::all_of(arguments + 1, arguments + count,
                                            [&](const char *word) { return name.find(word) != std::string::npos; });
            const ca::Calibration calibration(shared.data.calibration, preprocess); // afresh: what it keeps is paid each time
            good = (!wanted || is_close(model, one, calibration)) && good;
        }
    }
    return good ? 0 : 1;
}
