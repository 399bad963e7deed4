// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A small picture for people.
struct Thumbnail {
    int width = 0, height = 0;
    std::string png; ///< the bytes of the file
    bool operator==(const Thumbnail &) const = default;
};

/// What a model said of an image.
struct ShownAnswer {
    int output = -1;
    std::string name; ///< of the class that it stands for
    double probability = 0;
    bool operator==(const ShownAnswer &) const = default;
};

/// What restoring one group of layers to float does to a broken image.
struct ShownRepair {
    std::string group;
    bool repaired = false;
    double probability = 0; ///< of float's answer then
    bool operator==(const ShownRepair &) const = default;
};

/// An image with what both models said, so that it can be shown where the data are not.
struct ShownExample {
    std::string kind;                ///< `confident`, `marginal`, `broken`, `fixed`, `changed` (ExampleKind)
    std::int64_t index = 0;          ///< of the image in the data set
    std::optional<std::string> file; ///< absent where images do not lie in files of their own
    int label = -1;                  ///< class of the data; -1 where unknown
    std::optional<std::string> name; ///< of that class
    ShownAnswer before, after;       ///< float, quantized
    std::optional<Thumbnail> picture;
    std::vector<ShownRepair> repairs; ///< of broken ones, from the group that helps most
    double probability_before = 0;    ///< of float's answer by the quantized model; 0 where there are no repairs
    bool operator==(const ShownExample &) const = default;
};

/// How a class's share of right answers changed.
struct ShownClassChange {
    int label = 0;
    std::optional<std::string> name;
    std::int64_t images = 0, float_right = 0, quantized_right = 0, fixed = 0, broken = 0;
    bool operator==(const ShownClassChange &) const = default;
};

/// Prediction examples and failure analysis of one trial of a study, as its store keeps them (StudyStore::set_scan of kind
/// `examples`) and a report shows them.
struct ExampleSet {
    std::string trial;                     ///< `T7`
    std::string split;                     ///< `holdout`
    std::vector<ShownExample> examples;    ///< in the order of ExampleKind
    std::vector<ShownClassChange> changes; ///< those with the largest loss first
    bool operator==(const ExampleSet &) const = default;
};

inline constexpr const char *kExamplesTable = "examples";

/// `examples`, `class_changes` and `repairs` as `evaluate --show-examples` prints them; with `pictures` as PNG in base64.
[[nodiscard]] OrderedJson to_json(const ExampleSet &set, bool pictures);
/// Of what `to_json` gives. Errors: `bad_format`.
[[nodiscard]] Result<ExampleSet> example_set_from_json(const Json &json);

} // namespace ca
