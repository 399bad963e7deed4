// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "ui/facts.h"

#include <memory>
#include <vector>

// Made-up values for tests of the window: the figures of the drawn target, not measurements.

inline ca::Trial made_up_trial(const char *id, ca::TrialOrigin origin, const char *name, std::int64_t size, int correct,
                               bool on_front)
{
    ca::Trial trial;
    trial.id = id;
    trial.origin = origin;
    trial.method = "mixed";
    trial.name = name;
    trial.state = ca::TrialState::done;
    trial.on_front = on_front;
    ca::Measurement measured;
    measured.accuracy.n = 1000;
    measured.accuracy.correct = correct;
    measured.accuracy.interval = {correct / 1000.0 - 0.0075, correct / 1000.0 + 0.0075};
    measured.versus_float = ca::PairedComparison{4, 4 + 810 - correct, 0.31, "same"}; // float has 810 right
    measured.size = ca::bytes(size);
    ca::Latency latency;
    latency.batch1 = ca::MedianInterval{2.9, 2.8, 3.1};
    measured.latency = latency;
    ca::FloatLatency floats;
    floats.torchscript = latency;
    floats.torchscript->batch1 = ca::MedianInterval{7.6, 7.5, 7.9};
    measured.float_latency = floats;
    trial.selection = measured;
    return trial;
}

/// Ten trials: eight finished (one of them float, five on the front, T14 the knee), one running, one waiting.
inline std::shared_ptr<ca::Study> made_up_study()
{
    using ca::TrialOrigin;
    auto study = std::make_shared<ca::Study>();
    study->name = "vit_cifar10-pictogram10";
    study->float_bytes = ca::bytes(18'600'000);
    study->trials = {
        made_up_trial("T1", TrialOrigin::baseline, "float", 18'600'000, 810, false),
        made_up_trial("T2", TrialOrigin::baseline, "bf16", 9'320'000, 810, true),
        made_up_trial("T4", TrialOrigin::baseline, "static int8", 4'700'000, 809, true),
        made_up_trial("T6", TrialOrigin::baseline, "int4 weights, group 64", 2'420'000, 805, false),
        made_up_trial("T9", TrialOrigin::planner, "mixed, 3.9 bits", 2'300'000, 802, false),
        made_up_trial("T12", TrialOrigin::advisor, "int4 with int8 activations, block 0 int6", 2'490'000, 808, true),
        made_up_trial("T14", TrialOrigin::planner, "mixed, 3.6 bits", 2'110'000, 806, true),
        made_up_trial("T15", TrialOrigin::user, "mixed, 3.0 bits", 1'450'000, 771, true),
    };
    study->trials[0].method = "fp32";
    study->trials[0].selection->versus_float.reset();
    study->trials[6].parent = "T9";
    study->trials[6].reason = "heads and first block keep 6 bits";
    study->balanced = "T14";
    study->trials[6].recipe.layers["encoder.0.in_proj"] = {ca::Format::int6};
    ca::Trial next;
    next.origin = TrialOrigin::planner;
    next.id = "T17";
    next.name = "mixed, 3.4 bits";
    next.state = ca::TrialState::running;
    study->trials.push_back(next);
    next.id = "T18";
    next.name = "mixed, 3.2 bits";
    next.state = ca::TrialState::queued;
    study->trials.push_back(next);
    return study;
}

/// Noise to signal at 8, 6, 5, 4, 3 and 2 bits, of which the last is given: each bit is a factor in the closed form.
inline std::vector<ca::HeatCell> made_up_noise(double at_two)
{
    std::vector<ca::HeatCell> cells;
    for (const double steps : {255.0, 63.0, 31.0, 15.0, 7.0, 3.0})
        cells.push_back({at_two * 9 / (steps * steps), {}, at_two * 9.3 / (steps * steps)});
    return cells;
}

/// Beta(2, 2), whose density is 6 x (1 - x), in bins: the distribution is 3 x^2 - 2 x^3.
inline ca::DensityFacts made_up_density()
{
    ca::DensityFacts density;
    density.low = -0.5;
    density.high = 0.5;
    const auto distribution = [](double x) { return 3 * x * x - 2 * x * x * x; };
    for (std::size_t bin = 0; bin < density.histogram.size(); ++bin) {
        const auto left = static_cast<double>(bin) / 64;
        density.histogram[bin] = static_cast<float>(distribution(left + 1.0 / 64) - distribution(left));
    }
    density.likelihood = {2, 2, 0.01};
    density.moments = {2.4, 2.4, 0.02};
    density.kurtosis = -6.0 / 7;
    return density;
}

/// Six blocks of four layers with Beta noise and bytes; with divergence in the formats of the first `measured` layers.
inline ca::SensitivityFacts made_up_sensitivity(std::size_t measured = 0)
{
    ca::SensitivityFacts facts;
    facts.of(ca::Measure::divergence) = {"int8", "static-int8", "int6", "int4", "nf4", "int3", "int2"};
    facts.of(ca::Measure::noise) = {"int8", "int6", "int5", "int4", "int3", "int2"};
    facts.of(ca::Measure::bytes) = {"fp32", "int8", "int4"};
    const char *const parts[] = {"in_proj", "out_proj", "mlp.0", "mlp.3"};
    for (int block = 0; block < 6; ++block)
        for (int part = 0; part < 4; ++part) {
            ca::LayerFacts layer;
            layer.id = QStringLiteral("L%1").arg(block * 4 + part + 1, 3, 10, QLatin1Char('0'));
            layer.block = QStringLiteral("encoder.%1").arg(block);
            layer.name = layer.block + QLatin1Char('.') + QLatin1String(parts[part]);
            layer.kind = QStringLiteral("linear");
            layer.shape = QStringLiteral("768 × 256");
            layer.weights = 196'608;
            const double at_two = 0.8 + 0.35 * ((block * 5 + part * 3) % 7);
            layer.of(ca::Measure::noise) = made_up_noise(at_two);
            layer.of(ca::Measure::bytes) = {{786'432.0}, {196'608.0 + 1536}, {98'304.0 + 1536}};
            const bool known = facts.layers.size() < measured;
            for (const double kl : {9e-5, 2e-4, 1.2e-3, 0.03, 0.021, 0.21, 1.7})
                layer.of(ca::Measure::divergence)
                    .push_back(known ? ca::HeatCell{kl * at_two, ca::DivergenceFacts{kl * at_two, kl / 10, kl / 20, 64}, {}}
                                     : ca::HeatCell{});
            layer.density = made_up_density();
            facts.layers.push_back(layer);
        }
    return facts;
}

inline ca::ModelFacts made_up_model()
{
    return {QStringLiteral("vit_cifar10.pt"),
            QStringLiteral("/models/vit_cifar10.pt"),
            QStringLiteral("TorchScript"),
            ca::bytes(18'600'000),
            4'600'000,
            QStringLiteral("plain code"),
            {},
            made_up_sensitivity()};
}
