// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/base/units.h" // after Qt: moc 6.4 cannot read <compare> before another standard header
#include "core/quantize/format.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace ca {

/// What a layer keeps, whatever the search would find for it.
struct LayerKeep {
    std::optional<Format> format{}; ///< this one and no other
    int minimum_bits = 0;           ///< at least so many; 0: free
    bool operator==(const LayerKeep &) const = default;
    [[nodiscard]] bool is_free() const { return !format && minimum_bits == 0; }
};

/// A limit on the exported file.
struct SizeLimit {
    enum class Unit { megabytes, times_smaller }; ///< of 1000 x 1000 bytes; than float
    double value = 0;
    Unit unit = Unit::megabytes;
    bool operator==(const SizeLimit &) const = default;
};

/// What a study is for. What is absent is not limited.
struct GoalFacts {
    std::optional<double> max_drop{}; ///< percentage points of accuracy below float
    std::optional<SizeLimit> size{};
    std::optional<double> latency{}; ///< milliseconds for one image
    int trials = 24;                 ///< of the whole study, float among them
    int minutes = 30;
    std::map<QString, LayerKeep> keeps{}; ///< by layer; none of them free
    bool operator==(const GoalFacts &) const = default;
};

/// What a goal is set for.
struct GoalLayer {
    QString name;
    std::int64_t weights = 0;
};
struct GoalModel {
    QString name;
    Bytes float_file; ///< 0: not known
    std::vector<GoalLayer> layers;
};

} // namespace ca
