// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/model.h"

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// How a weight is stored.
enum class Format { fp32, int8, int7, int6, int5, int4, int3, int2 };
enum class Activation { none, static_int8 };
enum class Rounding { nearest, mse };

[[nodiscard]] std::string to_text(Format format);
[[nodiscard]] std::optional<Format> format_from(std::string_view text);
[[nodiscard]] Bits bits_of(Format format);
[[nodiscard]] Format int_format(Bits bits); ///< 2 to 8

/// What happens to one layer.
struct Scheme {
    Format format = Format::fp32;
    Activation activation = Activation::none;
    Rounding rounding = Rounding::mse;
    int group = 0; ///< weights that share a scale along a row; 0: a whole output channel
    bool symmetric = true;
    auto operator<=>(const Scheme &) const = default;
};

/// A scheme for every layer by name; layers not listed stay float.
struct Recipe {
    std::string model; ///< sha256 of the model file
    std::map<std::string, Scheme> layers;
    bool operator==(const Recipe &) const = default;
};

/// One layer at least has static activations, so that carrying the recipe out needs ranges.
[[nodiscard]] bool has_static_activations(const Recipe &recipe);

/// The canonical form of CLI.md.
[[nodiscard]] Json to_json(const Recipe &recipe);
/// Errors: `usage` with what is wrong and the allowed values: unknown format, key or version; text over 8 MiB.
[[nodiscard]] Result<Recipe> recipe_from_json(const Json &json);
/// SHA-256 of the canonical text.
[[nodiscard]] std::string hash(const Recipe &recipe);

/// A layer that a recipe leaves in float, and why.
struct FloatLayer {
    std::string name;
    std::string reason;
};

/// What a method made of a model.
struct MethodRecipe {
    Recipe recipe;
    std::vector<FloatLayer> left_float;
};

struct MethodOptions {
    std::optional<Rounding> rounding;
    std::optional<int> group;
    std::optional<bool> symmetric;
    bool first_and_last_float = false;
};

/// Names that `make_recipe` knows: `fp32 static-int8 int8-weight int4-weight int3-weight int2-weight`.
[[nodiscard]] const std::vector<std::string> &method_names();
/// Errors: `usage` for an unknown name (the known ones are listed); `unsupported` where the model has no layer to quantize.
[[nodiscard]] Result<MethodRecipe> make_recipe(const Model &model, std::string_view method, const MethodOptions &options);

/// "int8", "int4 weights", "mixed, 3.6 bits": a name of a few words.
[[nodiscard]] std::string describe(const Recipe &recipe, const Model &model);

/// Every layer named exists in the model and takes its scheme. Errors: `usage`.
[[nodiscard]] Status check(const Recipe &recipe, const Model &model);

} // namespace ca
