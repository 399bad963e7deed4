// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/open_recipe.h"
#include "app/cli/output_place.h"
#include "core/base/atomic_file.h"
#include "core/quantize/export/export.h"
#include "core/quantize/prediction.h"

#include <algorithm>
#include <chrono>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// A folder that is there, or a name that ends in a slash.
bool is_folder(const fs::path &output)
{
    std::error_code ignored;
    return fs::is_directory(output, ignored) || !output.has_filename();
}

/// In a folder the file is named after the model and the method.
fs::path output_file(const Arguments &arguments, const Model &model)
{
    if (!is_folder(arguments.output))
        return arguments.output;
    const std::string what = arguments.method.empty() ? fs::path(arguments.recipe_file).stem().string() : arguments.method;
    return arguments.output / (model.name + "-" + what + ending_of(arguments.format));
}

/// All that is read, and where the result goes; nothing is written before this is complete.
struct Plan {
    Inputs inputs;
    MethodRecipe recipe;
    fs::path output;
    Prediction prediction; ///< of the default format
};

Result<Plan> make_plan(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    if (const auto possible = check_possible(arguments); !possible)
        return forward(possible);
    if (const auto place = check_place(is_folder(arguments.output) ? arguments.output : arguments.output.parent_path()); !place)
        return forward(place);
    Plan plan;
    auto inputs = open_inputs(arguments, fetch, stop, progress);
    if (!inputs)
        return forward(inputs);
    plan.inputs = std::move(*inputs);
    if (plan.inputs.exported)
        return fail(ErrorCode::unsupported,
                    "The file " + plan.inputs.file.string() + " is quantized already. Give the float model that it came from.");
    if (const auto recorded = check_recorded(plan.inputs.model); !recorded)
        return forward(recorded);
    auto recipe = open_recipe(arguments, plan.inputs, {}, stop, progress);
    if (!recipe)
        return forward(recipe);
    plan.recipe = std::move(**recipe); // the parser saw to it that there is one
    plan.output = output_file(arguments, plan.inputs.model);
    if (const auto fine = check_not_input(
            plan.output, {plan.inputs.file, arguments.recipe_file, plan.inputs.data ? plan.inputs.data->path : ""});
        !fine)
        return forward(fine);
    plan.prediction = predict_costs(plan.inputs.model, plan.recipe.recipe, arguments.threads);
    return plan;
}

/// What was written, and how large it is.
struct Written {
    QuantizedModel model; ///< of a recipe alone nothing was carried out
    Bytes size;
};

Result<QuantizedModel> weights_of(const Arguments &arguments, const Plan &plan, const std::stop_token &stop,
                                  const Progress &progress)
{
    if (arguments.format == ExportFormat::recipe)
        return QuantizedModel{
            plan.inputs.model, plan.recipe.recipe, plan.recipe.left_float, plan.recipe.notes, {}, {}, {}, {}, true};
    const auto calibration = calibration_for(arguments, plan.inputs, plan.recipe.recipe, {}, stop);
    if (!calibration)
        return forward(calibration);
    return quantize_weights(plan.inputs.model, plan.recipe, *calibration, arguments.threads, stop, progress);
}

Result<Written> write(const Arguments &arguments, const Plan &plan, const std::stop_token &stop, const Progress &progress)
{
    auto model = weights_of(arguments, plan, stop, progress);
    if (!model)
        return forward(model);
    const fs::path folder = plan.output.has_parent_path() ? plan.output.parent_path() : fs::path(".");
    const MadeFolders made(folder);
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    const auto size = write_as(arguments.format, *model, plan.output, stop);
    return size ? Result<Written>(Written{std::move(*model), *size}) : forward(size);
}

std::string prediction_text(const Arguments &arguments, const Prediction &prediction)
{
    return "Expected: "
        + (arguments.format == ExportFormat::safetensors ? to_text(prediction.file) + " in the file, " : std::string())
        + to_text(prediction.work) + " of memory beside the float model, about "
        + to_text(prediction.seconds, prediction.seconds < 1 ? 1 : 0) + " s.";
}

OrderedJson float_layers_json(const std::vector<FloatLayer> &layers)
{
    OrderedJson json = OrderedJson::array();
    for (const FloatLayer &layer : layers)
        json.push_back({{"name", layer.name}, {"reason", layer.reason}});
    return json;
}

std::ptrdiff_t quantized_layers(const Recipe &recipe)
{
    return std::count_if(recipe.layers.begin(), recipe.layers.end(),
                         [](const auto &layer) { return layer.second.format != Format::fp32; });
}

OrderedJson quantize_json(const Arguments &arguments, const Plan &plan, const Written &written, double seconds)
{
    const QuantizedModel &model = written.model;
    const bool predicts_size = arguments.format == ExportFormat::safetensors;
    OrderedJson json;
    json["method"] = arguments.method.empty() ? describe(model.recipe, model.model) : arguments.method;
    json["recipe_hash"] = hash(model.recipe);
    json["bytes"] = written.size.value;
    json["predicted_bytes"] = predicts_size ? OrderedJson(plan.prediction.file.value) : OrderedJson(nullptr);
    json["float_bytes"] = predicted_bytes(model.model, Recipe{model.recipe.model, {}}).value;
    json["predicted_memory"] = plan.prediction.work.value;
    json["predicted_seconds"] = plan.prediction.seconds;
    json["layers_quantized"] = quantized_layers(model.recipe);
    json["layers_float"] = float_layers_json(model.left_float);
    json["notes"] = model.notes;
    json["recipe"] = OrderedJson::parse(canonical(to_json(model.recipe)));
    json["seconds"] = seconds;
    json["format"] = to_text(arguments.format);
    json["output"] = plan.output.string();
    return json;
}

std::string quantize_text(const Arguments &arguments, const Plan &plan, const Written &written)
{
    const QuantizedModel &model = written.model;
    const Bytes of_float = predicted_bytes(model.model, Recipe{model.recipe.model, {}});
    std::string text =
        "Wrote " + clean_text(plan.output.string()) + ": " + describe(model.recipe, model.model) + ", " + to_text(written.size);
    if (arguments.format != ExportFormat::recipe)
        text += " (float: " + to_text(of_float) + ", "
            + to_text(static_cast<double>(of_float.value) / static_cast<double>(written.size.value), 2) + " times as large)";
    text += "\n" + std::to_string(quantized_layers(model.recipe)) + " layers quantized, "
        + std::to_string(model.left_float.size()) + " left in float\n";
    for (const FloatLayer &layer : model.left_float)
        text += "  " + clean_text(layer.name) + ": " + clean_text(layer.reason) + "\n";
    for (const std::string &note : model.notes)
        text += clean_text(note) + "\n";
    return text;
}

} // namespace

int quantize_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    const auto began = std::chrono::steady_clock::now();
    const Progress progress = console.progress();
    const auto plan = make_plan(arguments, console.fetch(), stop, progress);
    if (!plan)
        return console.fail(plan.error());
    for (const std::string &note : plan->inputs.notes())
        console.note(note);
    if (arguments.format != ExportFormat::recipe)
        console.note(prediction_text(arguments, plan->prediction));
    const auto written = write(arguments, *plan, stop, progress);
    if (!written)
        return console.fail(written.error());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return console.result(quantize_json(arguments, *plan, *written, seconds), quantize_text(arguments, *plan, *written));
}

} // namespace ca
