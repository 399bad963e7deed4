// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/layer_arithmetic_torch.h"
#include "core/quantize/methods/method_list.h"

#include <algorithm>

namespace ca {
namespace {

std::string with_count(std::size_t count, const char *one, const char *many)
{
    return std::to_string(count) + (count == 1 ? one : many);
}

/// Convolutions in groups that are to have weights of LLM.int8().
std::vector<std::string> grouped_convolutions(const Model &model, const Recipe &recipe)
{
    std::vector<std::string> names;
    if (!model.has_network())
        return names;
    const Program::Data &program = model.program.data();
    for (const Step &step : program.steps) {
        if (step.layer < 0 || is_one_matrix(program, step))
            continue;
        const std::string &name = program.layers[static_cast<std::size_t>(step.layer)].name;
        const auto found = recipe.layers.find(name);
        if (found != recipe.layers.end() && found->second.format == Format::llm_int8)
            names.push_back(name);
    }
    return names;
}

/// What of the options a method could not do, layer by layer, in a sentence each.
void add_notes(MethodRecipe &result, const Model &model, const MethodOptions &options)
{
    std::size_t undivided = 0, float_inputs = 0;
    bool any_inputs = false, uncompensated = false;
    for (const auto &[name, scheme] : result.recipe.layers)
        any_inputs = any_inputs || scheme.activation != Activation::none;
    for (const Layer &layer : model.program.layers()) {
        const auto found = result.recipe.layers.find(layer.name);
        if (found == result.recipe.layers.end() || !is_integer(found->second.format))
            continue;
        const Scheme &scheme = found->second;
        undivided += options.group.value_or(0) != 0 && scheme.group == 0 ? 1 : 0;
        float_inputs += any_inputs && scheme.activation == Activation::none && layer.kind != LayerKind::embedding ? 1 : 0;
        uncompensated = uncompensated || (!options.has_images && !options.rounding && bits_of(scheme.format).value < 8);
    }
    if (undivided > 0)
        result.notes.push_back("Groups of " + std::to_string(*options.group) + " do not divide the rows of "
                               + with_count(undivided, " layer, which has", " layers, which have") + " a scale for each row.");
    if (float_inputs > 0)
        result.notes.push_back(with_count(float_inputs, " layer has", " layers have")
                               + " int8 weights and float inputs: there are integer kernels for two-dimensional convolutions and "
                                 "linear layers alone.");
    if (const auto grouped = grouped_convolutions(model, result.recipe); !grouped.empty())
        result.notes.push_back(note_of_grouped(grouped));
    if (uncompensated)
        result.notes.push_back("Without calibration images weights are rounded by mse; give data, and gptq compensates errors.");
}

} // namespace

const std::vector<Backend> &backends()
{
    static const std::vector<Backend> all{
        methods::float16(),     methods::bfloat16(),    methods::dynamic_int8(), methods::static_int8(),
        methods::llm_int8(),    methods::nf4(),         methods::fp4(),          methods::int8_weight(),
        methods::int4_weight(), methods::int3_weight(), methods::int2_weight(),  methods::w4a8(),
    };
    return all;
}

const Backend *find_backend(std::string_view name)
{
    const auto &all = backends();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Backend &backend) { return backend.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const std::vector<std::string> &method_names()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list{"fp32"};
        for (const Backend &backend : backends())
            list.emplace_back(backend.name);
        return list;
    }();
    return names;
}

Result<MethodRecipe> make_recipe(const Model &model, std::string_view method, const MethodOptions &options)
{
    MethodRecipe result{{model.sha256, {}}, {}};
    if (method == "fp32")
        return result;
    const Backend *backend = find_backend(method);
    if (!backend) {
        std::string known;
        for (const auto &name : method_names())
            known += (known.empty() ? "" : ", ") + name;
        return fail(ErrorCode::usage, "There is no method " + clean_text(method) + " here. Known are " + known + ".");
    }
    const auto &layers = model.program.layers();
    if (layers.empty())
        return fail(ErrorCode::unsupported, "The model " + model.name + " has no layer that can be quantized.");
    if (backend->whole)
        backend->whole(result.recipe.options, model, options);
    for (const Layer &layer : layers) {
        const bool end = layer.index.value == 0 || layer.index.value + 1 == layers.size();
        const auto scheme = backend->scheme(layer, options);
        if (options.first_and_last_float && end)
            result.left_float.push_back({layer.name, "first or last layer, as asked"});
        else if (!scheme)
            result.left_float.push_back({layer.name, scheme.error().sentence});
        else
            result.recipe.layers[layer.name] = *scheme;
    }
    add_notes(result, model, options);
    return result;
}

} // namespace ca
