// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/open_inputs.h"
#include "app/cli/output_place.h"
#include "core/base/atomic_file.h"
#include "core/quantize/export.h"

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
    return arguments.output / (model.name + "-" + what + ".safetensors");
}

/// What is written must not take the place of what is read.
Status check_not_input(const fs::path &output, const Inputs &inputs, const Arguments &arguments)
{
    for (const fs::path &input : {inputs.file, fs::path(arguments.recipe_file)}) {
        std::error_code ignored;
        if (!input.empty() && fs::equivalent(output, input, ignored))
            return fail(ErrorCode::unwritable,
                        "The output " + output.string() + " is the file that is read. Choose another --output.");
    }
    return {};
}

/// All that is read, and where the result goes; nothing is written before this is complete.
struct Plan {
    Inputs inputs;
    MethodRecipe recipe;
    fs::path output;
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
    auto recipe = open_recipe(arguments, plan.inputs.model);
    if (!recipe)
        return forward(recipe);
    plan.recipe = std::move(**recipe); // the parser saw to it that there is one
    plan.output = output_file(arguments, plan.inputs.model);
    if (const auto fine = check_not_input(plan.output, plan.inputs, arguments); !fine)
        return forward(fine);
    return plan;
}

OrderedJson float_layers_json(const std::vector<FloatLayer> &layers)
{
    OrderedJson json = OrderedJson::array();
    for (const FloatLayer &layer : layers)
        json.push_back({{"name", layer.name}, {"reason", layer.reason}});
    return json;
}

OrderedJson quantize_json(const Arguments &arguments, const QuantizedModel &model, Bytes size, double seconds,
                          const fs::path &output)
{
    OrderedJson json;
    json["method"] = arguments.method.empty() ? describe(model.recipe, model.model) : arguments.method;
    json["recipe_hash"] = hash(model.recipe);
    json["bytes"] = size.value;
    json["predicted_bytes"] = predicted_bytes(model.model, model.recipe).value;
    json["float_bytes"] = predicted_bytes(model.model, Recipe{model.recipe.model, {}}).value;
    json["layers_quantized"] = model.weights.size();
    json["layers_float"] = float_layers_json(model.left_float);
    json["seconds"] = seconds;
    json["output"] = output.string();
    return json;
}

std::string quantize_text(const OrderedJson &json, const QuantizedModel &model)
{
    const auto size = bytes(json["bytes"].get<std::int64_t>());
    const auto float_size = bytes(json["float_bytes"].get<std::int64_t>());
    std::string text = "Wrote " + clean_text(json["output"].get<std::string>()) + ": " + describe(model.recipe, model.model)
        + ", " + to_text(size) + " (float: " + to_text(float_size) + ", "
        + to_text(static_cast<double>(float_size.value) / static_cast<double>(size.value), 2) + " times as large)\n"
        + std::to_string(model.weights.size()) + " layers quantized, " + std::to_string(model.left_float.size())
        + " left in float\n";
    for (const FloatLayer &layer : model.left_float)
        text += "  " + clean_text(layer.name) + ": " + clean_text(layer.reason) + "\n";
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
    const auto model = carry_out(arguments, plan->inputs, plan->recipe, {}, stop, progress);
    if (!model)
        return console.fail(model.error());
    const fs::path folder = plan->output.has_parent_path() ? plan->output.parent_path() : fs::path(".");
    const MadeFolders made(folder);
    if (const auto writable = make_writable_folder(folder); !writable)
        return console.fail(writable.error());
    const auto size = write_export(*model, plan->output);
    if (!size)
        return console.fail(size.error());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const OrderedJson json = quantize_json(arguments, *model, *size, seconds, plan->output);
    return console.result(json, quantize_text(json, *model));
}

} // namespace ca
