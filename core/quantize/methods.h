// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ca {

/// What a person chose; what is absent is the method's own default.
struct MethodOptions {
    std::optional<Rounding> rounding{};
    std::optional<int> group{};
    std::optional<bool> symmetric{};
    std::optional<RangeMethod> ranges{};
    std::optional<bool> per_token{}, equalize{}, smooth{}, correct_biases{};
    std::optional<double> threshold{};
    std::optional<bool> double_quantization{};
    std::optional<Format> compute{};
    bool first_and_last_float = false;
    /// There are calibration images. Without them what only they allow is left out: mse takes gptq's place, which a note says.
    bool has_images = true;
};

/// Which of MethodOptions a method looks at.
struct OptionsUsed {
    bool integers = false;      ///< rounding, group, symmetric
    bool static_inputs = false; ///< ranges, equalize, smooth, correct_biases
    bool per_token = false, threshold = false, double_quantization = false, compute = false;
};

/// A method that a person can pick whole: a file in core/quantize/methods, and a line in the registry.
struct Backend {
    std::string_view name;    ///< of CLI.md: `llm-int8`
    std::string_view title;   ///< as people write it: "LLM.int8()"
    std::string_view summary; ///< what it does and what it is good for, in a sentence
    OptionsUsed uses;
    /// The scheme of a layer, or why it stays float.
    Result<Scheme> (*scheme)(const Layer &layer, const MethodOptions &options);
    /// Sets what holds for the whole model. Null: nothing.
    void (*whole)(RecipeOptions &into, const Model &model, const MethodOptions &options);
};

/// In the order in which a person is shown them. `mixed` is no backend: it gives each layer one of their schemes
/// (core/search/mixed.h).
[[nodiscard]] const std::vector<Backend> &backends();
[[nodiscard]] const Backend *find_backend(std::string_view name);
/// `fp32`, which changes nothing, and the names of all backends.
[[nodiscard]] const std::vector<std::string> &method_names();

/// The recipe of a method for a model. Errors: `usage` for an unknown name (the known ones are listed); `unsupported` where the
/// model has no layer to quantize.
[[nodiscard]] Result<MethodRecipe> make_recipe(const Model &model, std::string_view method, const MethodOptions &options);

} // namespace ca
