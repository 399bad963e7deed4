// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"
#include "core/model/model.h"
#include "core/quantize/export/export.h"
#include "core/search/allocation.h"
#include "core/search/planner.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

/// A model of weights alone, a scan of it that nobody made, and what trials of it would show: all seeded. Instead of carrying a
/// recipe out, its drop follows from true damages of the layers, which the scan knows up to a factor, by a curve that no planner
/// knows, and from the noise of a measurement, which a recipe's hash decides.
struct PlannedWorld {
    ca::Model model;
    ca::SensitivityTable table;
    std::map<std::string, std::map<ca::Format, double>> truth; ///< damages
    double noise = 0.2;                                        ///< points: standard error of a measured drop
    unsigned seed = 1;
    std::shared_ptr<QTemporaryDir> folder = std::make_shared<QTemporaryDir>();

    [[nodiscard]] double true_drop(const ca::Recipe &recipe) const
    {
        double damage = 0;
        for (const auto &[layer, scheme] : recipe.layers) {
            const auto &formats = truth.at(layer);
            damage +=
                formats.at(scheme.format) + (scheme.activation == ca::Activation::none ? 0 : 2 * formats.at(ca::Format::int8));
        }
        return 85 * (1 - std::exp(-damage)) - 0.1 * std::min(1.0, 20 * damage); // a little rounding can help
    }

    [[nodiscard]] ca::TrialResult trial(const ca::Recipe &recipe) const
    {
        ca::TrialResult result;
        result.recipe = recipe;
        result.drop = true_drop(recipe);
        if (!recipe.layers.empty()) {
            const std::string name = hash(recipe) + std::to_string(seed);
            std::seed_seq letters(name.begin(), name.end());
            std::mt19937 random(letters);
            result.standard_error = noise;
            result.drop += std::normal_distribution<double>(0, noise)(random);
        }
        result.point = {static_cast<double>(ca::predicted_bytes(model, recipe).value), 0.9 - result.drop / 100, {}};
        return result;
    }

    /// Of what the recipes truly drop.
    [[nodiscard]] double true_hypervolume(const std::vector<ca::TrialResult> &trials) const
    {
        std::vector<ca::OperatingPoint> points;
        for (const ca::TrialResult &trial : trials)
            points.push_back({trial.point.bytes, 1 - true_drop(trial.recipe) / 100, {}});
        return ca::hypervolume(points, static_cast<double>(ca::predicted_bytes(model, {model.sha256, {}}).value), 1);
    }
};

/// Layers `l00` to `lNN`: convolutions of 3 x 3, from few to many channels, and a linear layer at the end.
inline ca::Model weights_model(const std::filesystem::path &file, int layers)
{
    struct Weight {
        std::string name;
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };
    std::vector<Weight> weights;
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 0.05F);
    for (int l = 0; l < layers; ++l) {
        const std::int64_t channels = 8 * (1 + l % 4) * (1 + l / 4);
        Weight weight{(l < 10 ? "l0" : "l") + std::to_string(l) + ".weight", {channels, channels, 3, 3}, {}};
        if (l + 1 == layers)
            weight.shape = {10, channels};
        weight.values.resize(static_cast<std::size_t>(l + 1 == layers ? 10 * channels : 9 * channels * channels));
        for (float &value : weight.values)
            value = normal(random);
        weights.push_back(std::move(weight));
    }
    const std::vector<float> none{1, 2, 3};
    std::vector<ca::SafeTensorView> views{{"other", ca::SafeDtype::f32, {3}, std::as_bytes(std::span(none))}};
    for (const Weight &weight : weights)
        views.push_back({weight.name, ca::SafeDtype::f32, weight.shape, std::as_bytes(std::span(weight.values))});
    if (const auto written = ca::write_safetensors(file, views, {}); !written)
        qFatal("%s", written.error().text().c_str());
    auto model = ca::load_model(file, {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

/// Each bit less costs some eight times as much, and layers differ by a factor of ten or so, as nets do. `wrong`: the spread of
/// the logarithm of what the scan is wrong by.
inline PlannedWorld planned_world(int layers, unsigned seed, double wrong = 0.4)
{
    PlannedWorld world;
    world.seed = seed;
    world.model = weights_model(std::filesystem::path(world.folder->path().toStdString()) / "weights.safetensors", layers);
    world.table.model = world.model.name;
    world.table.model_sha256 = world.model.sha256;
    world.table.data = "made up";
    world.table.images = 128;
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (const ca::Layer &layer : world.model.program.layers()) {
        ca::LayerSensitivity row;
        row.layer = layer;
        row.weights.statistics.count = static_cast<std::size_t>(layer.weights());
        row.weights.statistics.variance = 0.0025;
        for (std::size_t i = 0; i < ca::kScanBits.size(); ++i)
            row.weights.beta_noise[i] = std::pow(0.25, ca::kScanBits[i]);
        const double scale = std::exp(1.2 * normal(random)) * 1.5 / layers;
        const double off = std::exp(wrong * normal(random));
        const std::map<std::string, int> widths{{"int8", 8}, {"int6", 6}, {"int4", 4}, {"int3", 3}, {"int2", 2}, {"nf4", 4}};
        for (const auto &[format, bits] : widths) {
            row.divergence[format].matched_kl = scale * std::pow(8.0, 2 - bits);
            row.divergence[format].images = 128;
        }
        row.divergence["static-int8"].matched_kl = 3 * row.divergence["int8"].matched_kl;
        auto &truth = world.truth[layer.name];
        for (const ca::Format format : {ca::Format::int8, ca::Format::int6, ca::Format::int5, ca::Format::int4, ca::Format::int3,
                                        ca::Format::int2, ca::Format::nf4})
            truth[format] = off * scale * std::pow(8.0, 2 - ca::bits_of(format).value);
        truth[ca::Format::bf16] = 0;
        world.table.layers.push_back(std::move(row));
    }
    return world;
}

/// What somebody would carry out who knows the true damages: at most `count` recipes on the curve of least damage.
inline std::vector<ca::TrialResult> trials_of_the_truth(const PlannedWorld &world, std::size_t count)
{
    ca::AllocationProblem problem;
    std::vector<std::vector<ca::Scheme>> schemes;
    for (const ca::Layer &layer : world.model.program.layers()) {
        problem.layers.push_back({layer.name, {}});
        schemes.emplace_back();
        for (const int bits : {8, 6, 5, 4, 3, 2}) {
            ca::Scheme scheme;
            scheme.format = ca::int_format(ca::bits(bits));
            scheme.rounding = bits == 8 ? ca::Rounding::mse : ca::Rounding::gptq;
            scheme.symmetric = bits > 4;
            problem.layers.back().choices.push_back({to_text(scheme.format),
                                                     bits,
                                                     ca::stored_bytes(layer, scheme).value,
                                                     {},
                                                     world.truth.at(layer.name).at(scheme.format)});
            schemes.back().push_back(scheme);
        }
    }
    const auto curve = ca::AllocationCurve::of(problem, ca::AllocationAxis::bytes);
    std::vector<ca::TrialResult> result{world.trial({world.model.sha256, {}})};
    for (const std::size_t point : curve->well_spread(count)) {
        ca::Recipe recipe{world.model.sha256, {}};
        const auto choices = curve->allocation(point).choices;
        for (std::size_t l = 0; l < choices.size(); ++l)
            recipe.layers[problem.layers[l].name] = schemes[l][choices[l]];
        result.push_back(world.trial(recipe));
    }
    return result;
}

/// One trial after the other until the search is over or `trials` are done.
inline std::vector<ca::TrialResult> search(const PlannedWorld &world, const ca::Planner &planner, std::size_t trials,
                                           std::vector<ca::TrialResult> finished = {}, std::vector<ca::Proposal> *all = nullptr)
{
    while (finished.size() < trials) {
        const auto proposals = planner.propose(finished, 1);
        if (!proposals)
            qFatal("%s", proposals.error().text().c_str());
        if (proposals->empty())
            break;
        finished.push_back(world.trial(proposals->front().candidate.recipe.recipe));
        if (all)
            all->push_back(proposals->front());
    }
    return finished;
}
