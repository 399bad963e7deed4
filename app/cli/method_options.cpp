// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/method_options.h"

#include "app/cli/option_kinds.h"

#include <array>

#include <CLI/CLI.hpp>

namespace ca {
namespace {

constexpr std::array kRoundings{Rounding::nearest, Rounding::mse, Rounding::gptq, Rounding::adaround};
constexpr std::array kRanges{RangeMethod::minmax, RangeMethod::percentile, RangeMethod::mse, RangeMethod::entropy};
constexpr std::array kComputes{Format::fp32, Format::bf16};

/// An option that says how a method works.
struct MethodOption {
    const char *name; ///< or both names of a pair
    bool (*is_given)(const MethodOptions &options);
    bool (*is_used)(const OptionsUsed &uses);
};

constexpr bool by_integers(const OptionsUsed &uses)
{
    return uses.integers;
}
constexpr bool by_static_inputs(const OptionsUsed &uses)
{
    return uses.static_inputs;
}

constexpr std::array kOptions{
    MethodOption{"--rounding", [](const MethodOptions &options) { return options.rounding.has_value(); }, by_integers},
    MethodOption{"--group", [](const MethodOptions &options) { return options.group.has_value(); }, by_integers},
    MethodOption{"--symmetric or --asymmetric", [](const MethodOptions &options) { return options.symmetric.has_value(); },
                 by_integers},
    MethodOption{"--ranges", [](const MethodOptions &options) { return options.ranges.has_value(); }, by_static_inputs},
    MethodOption{"--equalize or --no-equalize", [](const MethodOptions &options) { return options.equalize.has_value(); },
                 by_static_inputs},
    MethodOption{"--smooth or --no-smooth", [](const MethodOptions &options) { return options.smooth.has_value(); },
                 by_static_inputs},
    MethodOption{"--bias-correction or --no-bias-correction",
                 [](const MethodOptions &options) { return options.correct_biases.has_value(); }, by_static_inputs},
    MethodOption{"--per-token", [](const MethodOptions &options) { return options.per_token.has_value(); },
                 [](const OptionsUsed &uses) { return uses.per_token; }},
    MethodOption{"--threshold", [](const MethodOptions &options) { return options.threshold.has_value(); },
                 [](const OptionsUsed &uses) { return uses.threshold; }},
    MethodOption{"--single-quantization", [](const MethodOptions &options) { return options.double_quantization.has_value(); },
                 [](const OptionsUsed &uses) { return uses.double_quantization; }},
    MethodOption{"--compute", [](const MethodOptions &options) { return options.compute.has_value(); },
                 [](const OptionsUsed &uses) { return uses.compute; }},
};
constexpr const char *kEnds = "--first-and-last-float";

OptionsUsed used_by(const std::string &method)
{
    if (method == kMixed)
        return {.integers = true, .compute = true};
    const Backend *backend = find_backend(method);
    return backend ? backend->uses : OptionsUsed{};
}

/// The options that a method has, between commas.
std::string options_of(const std::string &method)
{
    std::string list;
    const auto add = [&](const std::string &name) { list += (list.empty() ? "" : ", ") + name; };
    if (method == kMixed)
        for (const char *name : {"--target-bytes", "--target-ratio", "--max-drop"})
            add(name);
    for (const MethodOption &option : kOptions)
        if (option.is_used(used_by(method)))
            add(option.name);
    if (find_backend(method))
        add(kEnds);
    return list;
}

std::optional<std::string> unused(const Arguments &arguments)
{
    const auto sentence = [&](const char *option) {
        const std::string list = options_of(arguments.method);
        return "The method " + arguments.method + " does not use " + option + "; it takes " + (list.empty() ? "no options" : list)
            + ".";
    };
    for (const MethodOption &option : kOptions)
        if (option.is_given(arguments.method_options) && !option.is_used(used_by(arguments.method)))
            return sentence(option.name);
    if (arguments.method_options.first_and_last_float && !find_backend(arguments.method))
        return sentence(kEnds);
    return std::nullopt;
}

std::optional<std::string> wrong_targets(const Arguments &arguments)
{
    const bool races = arguments.command == Command::evaluate; // there --max-drop is a question about any method
    const int sizes = (arguments.target_bytes ? 1 : 0) + (arguments.target_ratio ? 1 : 0);
    if (arguments.method == kMixed) {
        if (sizes + (arguments.max_drop ? 1 : 0) == 1)
            return std::nullopt;
        return "The method mixed takes one of --target-bytes, --target-ratio and --max-drop, which says how small it may become.";
    }
    if (sizes > 0 || (arguments.max_drop && !races))
        return std::string(races ? "--target-bytes and --target-ratio go" : "--target-bytes, --target-ratio and --max-drop go")
            + " with the method mixed.";
    return std::nullopt;
}

template <typename Value, std::size_t N>
void add_value(CLI::App &app, const std::string &name, const std::array<Value, N> &values, std::optional<Value> &target,
               const std::string &help)
{
    std::vector<std::string> words;
    for (const Value value : values)
        words.push_back(to_text(value));
    add_choice(
        app, name, words, [&target, values](std::size_t i) { target = values[i]; }, help);
}

/// `--name` and `--no-name`.
void add_switch(CLI::App &app, const std::string &name, std::optional<bool> &target, const std::string &help)
{
    app.add_flag_callback(
        "--" + name, [&target] { target = true; }, help);
    app.add_flag_callback(
           "--no-" + name, [&target] { target = false; }, "Not so")
        ->excludes("--" + name);
}

void add_weight_options(CLI::App &app, MethodOptions &options)
{
    add_value(app, "--rounding", kRoundings, options.rounding, "How weights are rounded (mse at 8 bits, gptq below)");
    add_choice(
        app, "--group", {"channel", "32", "64", "128"}, [&options](std::size_t i) { options.group = i == 0 ? 0 : 16 << i; },
        "Weights that share a scale");
    app.add_flag_callback(
        "--symmetric", [&options] { options.symmetric = true; }, "Weights without a zero point");
    app.add_flag_callback(
           "--asymmetric", [&options] { options.symmetric = false; }, "Weights with one (at 4 bits and below)")
        ->excludes("--symmetric");
    app.add_flag_callback(
        "--single-quantization", [&options] { options.double_quantization = false; },
        "nf4, fp4: scales in 32 bits, not quantized themselves");
    app.add_flag_callback(
        "--first-and-last-float", [&options] { options.first_and_last_float = true; },
        "Keep the first and the last layer in float");
}

void add_activation_options(CLI::App &app, MethodOptions &options)
{
    add_value(app, "--ranges", kRanges, options.ranges, "How static scales are found");
    app.add_flag_callback(
        "--per-token", [&options] { options.per_token = true; }, "dynamic-int8: a scale for each row of a linear layer's input");
    add_switch(app, "equalize", options.equalize, "Even out the weights of neighbouring layers first");
    add_switch(app, "smooth", options.smooth, "Move outliers of activations into weights (SmoothQuant)");
    add_switch(app, "bias-correction", options.correct_biases, "Shift biases where that helps on calibration images");
    add_real(app, "--threshold", options.threshold, 0, false, "llm-int8: columns with a larger input stay float (6; 0: none)");
    add_value(app, "--compute", kComputes, options.compute, "Arithmetic of layers without integers (fp32)");
}

} // namespace

const std::vector<std::string> &method_words()
{
    static const std::vector<std::string> words = [] {
        std::vector<std::string> list = method_names();
        list.emplace_back(kMixed);
        return list;
    }();
    return words;
}

void add_method_options(CLI::App &app, Arguments &arguments)
{
    add_word(app, "--method", arguments.method, method_words(), "A method for all layers");
    add_weight_options(app, arguments.method_options);
    add_activation_options(app, arguments.method_options);
}

void add_size_targets(CLI::App &app, Arguments &arguments)
{
    add_integer(app, "--target-bytes", arguments.target_bytes, 1, kAny, "Bytes of the file at most");
    add_real(app, "--target-ratio", arguments.target_ratio, 0, true, "Float bytes over bytes at least");
}

std::optional<std::string> method_contradiction(const Arguments &arguments)
{
    if (arguments.command != Command::quantize && arguments.command != Command::evaluate)
        return std::nullopt;
    if (!arguments.method.empty() && !arguments.recipe_file.empty())
        return "--method and --recipe both say what to do; give one of them.";
    if (arguments.method.empty()) {
        const bool ends = arguments.method_options.first_and_last_float;
        const auto given = std::find_if(kOptions.begin(), kOptions.end(),
                                        [&](const MethodOption &option) { return option.is_given(arguments.method_options); });
        if (ends || given != kOptions.end())
            return std::string(ends ? kEnds : given->name) + " goes with --method; a recipe has its own.";
        return wrong_targets(arguments);
    }
    if (auto problem = unused(arguments))
        return problem;
    return wrong_targets(arguments);
}

} // namespace ca
