// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <array>
#include <optional>
#include <vector>

namespace ca {

/// A study on disk, as lists show it.
struct StudyRow {
    QString folder; ///< names it
    QString name, model, data;
    std::size_t trials = 0, done = 0;
    QString changed; ///< "today 14:05"
    QString writer;  ///< who writes it now: "process 4711 on this machine"; empty: nobody
    QString problem; ///< why it cannot be read; empty where it can
    bool operator==(const StudyRow &) const = default;
};

/// A trial of the front of one of two studies that are compared.
struct ComparedTrial {
    int side = 0; ///< 0 or 1
    QString id, recipe;
    double megabytes = 0, percent = 0; ///< of the exported file; top-1 on selection
    std::optional<double> drop;        ///< percentage points against float, negative where it lost
    std::optional<double> milliseconds;
    QString standing;  ///< beside the other's front: "on both fronts taken together", "beaten by T4"
    bool holds = true; ///< no trial of the other is at least as small and as accurate
    bool operator==(const ComparedTrial &) const = default;
};

/// One of two studies that are compared, in words.
struct ComparedStudy {
    QString name, model, data, images, trials, float_model, goal, hypervolume, answer;
    bool operator==(const ComparedStudy &) const = default;
};

/// Two studies side by side.
struct ComparisonFacts {
    std::array<ComparedStudy, 2> studies;
    QStringList differences;           ///< sentences, what matters most first
    std::vector<ComparedTrial> trials; ///< of both fronts, by rising size
    bool operator==(const ComparisonFacts &) const = default;
};

} // namespace ca
