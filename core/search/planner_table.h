// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/allocation.h"
#include "core/search/planner.h"

namespace ca {

/// A format that the constraints leave a layer.
struct PlannedFormat {
    Scheme scheme; ///< without activations
    std::int64_t bytes = 0;
};

/// What is known of a layer before any trial.
struct PlannedLayer {
    std::string name;
    std::int64_t weights = 0;
    std::vector<PlannedFormat> formats;         ///< by falling bits; those of equal bits as `Format` has them
    std::map<Format, double> damages;           ///< predicted loss, of every format
    double input_damage = 0;                    ///< of int8 activations, beside that of the weight
    bool takes_int8_inputs = false;             ///< has kernels for them, and there are images to find their ranges
    double float_latency = 0, int8_latency = 0; ///< milliseconds; 0 where latency does not count

    /// Of the weight and the input, `gain` times what the scan saw.
    [[nodiscard]] double damage(const Scheme &scheme, double gain) const;
};

/// A format for each layer, and whether its input is int8.
struct Plan {
    std::vector<std::size_t> formats; ///< indices into the layer's
    std::vector<bool> int8_inputs;
};

/// The table of choices that every round allocates from. Bytes of the whole are `other_bytes` and the layers'; that is exact to
/// what names and the recipe's text take in the file, some hundred bytes.
struct PlannerTable {
    std::vector<PlannedLayer> layers; ///< in program order
    std::int64_t other_bytes = 0;
    double other_latency = 0;
    bool has_latency = false;

    [[nodiscard]] double damage(const Recipe &recipe, std::span<const double> gains) const;
    /// Nothing where latency does not count.
    [[nodiscard]] std::optional<double> latency(const Recipe &recipe) const;
    [[nodiscard]] std::int64_t bytes(const Plan &plan) const;
    [[nodiscard]] double average_bits(const Recipe &recipe) const;
};

/// What the scan (core/search/planner_damages.h) and the constraints leave. Errors: `usage` where the table is another model's or
/// a constraint names a layer that is not there; `constraint` where nothing is left for a layer.
[[nodiscard]] Result<PlannerTable> planner_table(const Model &model, const SensitivityTable &table,
                                                 const PlannerOptions &options);

/// `mixed`, with the options that static-int8 has where a layer has int8 inputs.
[[nodiscard]] MethodRecipe recipe_of(const PlannerTable &table, const Model &model, const Plan &plan, bool has_images);

/// Pins, minimum widths and forbidden formats.
[[nodiscard]] bool keeps_formats(const Recipe &recipe, const Constraints &constraints);

} // namespace ca
