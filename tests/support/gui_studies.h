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
    measured.versus_float = ca::PairedComparison{4, 6, 0.31, "same"};
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

inline ca::ModelFacts made_up_model()
{
    ca::ModelFacts model{QStringLiteral("vit_cifar10.pt"),
                         QStringLiteral("/models/vit_cifar10.pt"),
                         QStringLiteral("TorchScript"),
                         ca::bytes(18'600'000),
                         4'600'000,
                         QStringLiteral("plain code"),
                         {},
                         {}};
    const char *const parts[] = {"in_proj", "out_proj", "mlp.0", "mlp.3"};
    for (int block = 0; block < 6; ++block)
        for (int part = 0; part < 4; ++part) {
            ca::LayerFacts layer;
            layer.id = QStringLiteral("L%1").arg(block * 4 + part + 1, 3, 10, QLatin1Char('0'));
            layer.name = QStringLiteral("encoder.%1.%2").arg(block).arg(QLatin1String(parts[part]));
            layer.kind = QStringLiteral("linear");
            layer.shape = QStringLiteral("768 × 256");
            layer.weights = 196'608;
            const double at_two = 0.8 + 0.35 * ((block * 5 + part * 3) % 7);
            layer.noise = {at_two * 9 / 65025, at_two * 9 / 225, at_two * 9 / 49, at_two};
            model.layers.push_back(layer);
        }
    return model;
}
