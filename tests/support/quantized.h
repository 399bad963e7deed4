// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"
#include "tests/support/calibration.h"
#include "tests/support/scripted_nets_torch.h"

#include <QtTest>

#include <algorithm>
#include <memory>
#include <random>

/// Ranges of 64 seeded normal images.
inline ca::ActivationRanges normal_ranges(const ca::Model &model)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->channels = static_cast<int>(model.input.channels);
    images->height = static_cast<int>(model.input.height);
    images->width = static_cast<int>(model.input.width);
    images->labels.assign(64, 0);
    images->classes = {"any"};
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(128, 60);
    for (std::size_t i = 0; i < 64 * static_cast<std::size_t>(images->channels * images->height * images->width); ++i)
        images->pixels.push_back(static_cast<std::uint8_t>(std::clamp(normal(generator), 0.0F, 255.0F)));
    ca::Split split{"calibration", images, {}};
    for (std::uint32_t i = 0; i < 64; ++i)
        split.indices.push_back(i);
    ca::Preprocess preprocess;
    preprocess.mean = {0.5F, 0.5F, 0.5F};
    preprocess.deviation = {0.125F, 0.125F, 0.125F}; // covers normal images, ± 4
    auto found = minmax_ranges(model, split, preprocess);
    if (!found)
        qFatal("%s", found.error().text().c_str());
    return *found;
}

/// A scripted net by a whole method, without calibration images. The recipe's schemes may be changed first.
inline ca::QuantizedModel quantized_net(const std::filesystem::path &folder, const std::string &kind, const std::string &method,
                                        ca::MethodOptions options = {})
{
    auto model = ca::load_model(write_scripted_net(folder, kind), {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    options.has_images = false;
    auto recipe = ca::make_recipe(*model, method, options);
    if (!recipe)
        qFatal("%s", recipe.error().text().c_str());
    recipe->recipe.options.smooth = recipe->recipe.options.correct_biases = recipe->recipe.options.equalize = false;
    const bool ranged = ca::has_static_activations(recipe->recipe);
    auto result = ca::quantize(*model, *recipe, ranged ? ca::Calibration(normal_ranges(*model)) : ca::Calibration(), 2, {}, {});
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return *result;
}
