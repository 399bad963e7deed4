// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/quantize/format.h"

#include <compare>
#include <map>
#include <string>
#include <vector>

namespace ca {

/// What happens to one layer. Formats that are no integers have rounding `nearest`, group 0 and are symmetric.
struct Scheme {
    Format format = Format::fp32;
    Activation activation = Activation::none;
    Rounding rounding = Rounding::mse;
    int group = 0; ///< weights that share a scale along a row; 0: a whole output channel
    bool symmetric = true;
    auto operator<=>(const Scheme &) const = default;
};

/// What holds for the model as a whole. Only what differs from these defaults is written into a recipe.
struct RecipeOptions {
    RangeMethod ranges = RangeMethod::minmax; ///< of static activations
    bool per_token = false;                   ///< dynamic int8: a scale for each row of a linear layer's input, not one for all
    bool equalize = false;                    ///< cross-layer equalization and high-bias absorption before anything else
    bool smooth = false;                      ///< SmoothQuant: outliers of activations go into the weights behind them
    /// Of the blocks that SmoothQuant evens out, by the name of the layer that comes first in a block: 0 (nothing) to 1.
    /// Empty: searched for; `quantize` gives back the recipe with what it found.
    std::map<std::string, double> strengths;
    bool correct_biases = false;     ///< where that brings held-out calibration images nearer to the float model
    double threshold = 6;            ///< LLM.int8(): a column of an input with a larger magnitude stays float; 0: none does
    bool double_quantization = true; ///< of the scales of nf4 and fp4
    Format compute = Format::fp32;   ///< of layers without integer arithmetic: fp32 or bf16
    bool operator==(const RecipeOptions &) const = default;
};

/// A scheme for every layer by name; layers not listed stay float.
struct Recipe {
    std::string model; ///< sha256 of the model file
    std::map<std::string, Scheme> layers;
    RecipeOptions options{};
    bool operator==(const Recipe &) const = default;
};

/// One layer at least has static activations, so that carrying the recipe out needs ranges.
[[nodiscard]] bool has_static_activations(const Recipe &recipe);
/// Carrying the recipe out looks at calibration images: for ranges, rounding, smoothing or biases.
[[nodiscard]] bool needs_images(const Recipe &recipe);

/// The canonical form of CLI.md.
[[nodiscard]] Json to_json(const Recipe &recipe);
/// Errors: `usage` with what is wrong and the allowed values: unknown format, key or version.
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
    std::vector<std::string> notes{}; ///< what a person should know: rows that groups do not divide, inputs that stay float
};

/// "int8", "int4 weights", "mixed, 3.6 bits": a name of a few words.
[[nodiscard]] std::string describe(const Recipe &recipe, const Model &model);

/// Two-dimensional convolutions and linear layers have kernels for int8 inputs. Layers of other kinds compute in float, whatever
/// their weights are stored in.
[[nodiscard]] bool has_integer_kernel(const Layer &layer);

/// Every layer named exists in the model and takes its scheme. Errors: `usage`.
[[nodiscard]] Status check(const Recipe &recipe, const Model &model);

} // namespace ca
