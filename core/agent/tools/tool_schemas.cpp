// SPDX-License-Identifier: GPL-3.0-or-later
// What a model is told of the tools. Schemas are those that vendors take in strict mode: closed objects whose every property is
// required, null where there is nothing to say, and no limits on numbers, which the tools check themselves.
#include "core/agent/tools/tools.h"

#include "core/scan/sensitivity.h"

namespace ca {
namespace {

Json described(Json schema, const char *text)
{
    schema["description"] = text;
    return schema;
}

Json type(const char *name)
{
    return {{"type", name}};
}

Json type_or_null(const char *name)
{
    return {{"type", {name, "null"}}};
}

Json list_of(Json items)
{
    return {{"type", "array"}, {"items", std::move(items)}};
}

Json list_or_null(Json items)
{
    return {{"type", {"array", "null"}}, {"items", std::move(items)}};
}

Json one_of(const std::vector<std::string> &words)
{
    return {{"type", "string"}, {"enum", words}};
}

Json one_of_or_null(const std::vector<std::string> &words)
{
    Json schema{{"type", {"string", "null"}}, {"enum", words}};
    schema["enum"].push_back(nullptr);
    return schema;
}

Json object(Json properties)
{
    Json required = Json::array();
    for (const auto &[key, property] : properties.items())
        required.push_back(key);
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", required}, {"additionalProperties", false}};
}

Json object_or_null(Json properties)
{
    Json schema = object(std::move(properties));
    schema["type"] = {"object", "null"};
    return schema;
}

std::vector<std::string> format_words()
{
    std::vector<std::string> words;
    for (const Format format : {Format::fp32, Format::fp16, Format::bf16, Format::int8, Format::int7, Format::int6, Format::int5,
                                Format::int4, Format::int3, Format::int2, Format::nf4, Format::fp4, Format::llm_int8})
        words.push_back(to_text(format));
    return words;
}

std::vector<std::string> base_words()
{
    std::vector<std::string> words = method_names();
    words.emplace_back("mixed");
    return words;
}

Json layer_changes()
{
    return object({{"ids", described(list_of(type("string")), "layer ids such as L017")},
                   {"format", described(one_of_or_null(format_words()), "of the weights; null: as in the base")},
                   {"activation",
                    described(one_of_or_null({"none", "dynamic", "static"}),
                              "inputs as int8, for conv2d and linear layers with int2 to int8 weights; null: as in the base")},
                   {"rounding",
                    described(one_of_or_null({"nearest", "mse", "gptq", "adaround"}),
                              "of integers; gptq and adaround compensate on calibration images; null: the usual one")},
                   {"group",
                    described(one_of_or_null({"channel", "32", "64", "128"}),
                              "weights that share a scale; smaller is more accurate and larger on disk; null: as in the base")}});
}

ToolSpec propose_recipe()
{
    return {"propose_recipe",
            "Proposes a recipe: a method for all layers with changes for some, or the planner's best allocation of bits for a "
            "size (base null or mixed, target_bytes set; changes then are kept fixed). Computes nothing heavy. Gives its id and "
            "what is predicted, or errors with what is allowed.",
            object({{"name", described(type("string"), "a few words")},
                    {"base", described(one_of_or_null(base_words()), "a method for all layers; null: fp32, or the planner's")},
                    {"layers", described(list_or_null(layer_changes()), "changes; null: none")},
                    {"target_bytes", described(type_or_null("integer"), "of the file at most; null: as the base makes it")},
                    {"reason", described(type("string"), "why this, and how it differs from what was tried")},
                    {"expect",
                     described(object_or_null({{"bytes", type_or_null("integer")},
                                               {"drop", described(type_or_null("number"), "percentage points of top-1")}}),
                               "what you expect of it; it is judged by that after the trial")}})};
}

ToolSpec set_constraint()
{
    return {"set_constraint",
            "Asks the person to change what every answer must hold. null leaves a limit as it is; a list replaces the one that "
            "holds, an empty one lifts it. Use it only where the person said so.",
            object({{"max_drop", described(type_or_null("number"), "percentage points of top-1 below float, at most")},
                    {"target_bytes", described(type_or_null("integer"), "of the file, at most")},
                    {"max_latency", described(type_or_null("number"), "milliseconds at batch 1, at most")},
                    {"pin",
                     described(list_or_null(object({{"layer", type("string")}, {"format", one_of(format_words())}})),
                               "layers that have this format and no other; fp32 keeps one in float")},
                    {"forbid", described(list_or_null(one_of(format_words())), "formats that no layer may have")}})};
}

std::vector<ToolSpec> make_specs()
{
    return {
        {"study_overview",
         "The study as it stands: model, data, constraints, all trials, the front, the budget that is left, and proposals of the "
         "planner that can be run as they are. Call it first.",
         object(Json::object())},
        {"sensitivity",
         "What formats cost each layer: noise of the weights, divergence of the model's output, bytes, share of the time. The "
         "most sensitive come first.",
         object({{"sort", described(one_of_or_null({"divergence", "noise", "bytes", "latency"}), "null: divergence")},
                 {"format", described(one_of_or_null(scan_formats()), "to sort by; null: int4")},
                 {"limit", described(type_or_null("integer"), "rows; null: 20; at most 60")},
                 {"layers", described(list_or_null(type("string")), "ids; null: all")}})},
        propose_recipe(),
        {"run_trials",
         "Carries out proposals and measures them on the selection images. Takes minutes, and is asked for where the budget does "
         "not cover it.",
         object({{"proposals", described(list_of(type("string")), "ids such as P3, the most promising first")}})},
        {"compare_trials",
         "How the first trial differs from the others: layers, classes, and whether the difference in accuracy is more than "
         "chance.",
         object({{"trials", described(list_of(type("string")), "two to four ids such as T3")}})},
        {"explain_layer", "All that is known of one layer.",
         object({{"layer", described(type("string"), "an id such as L017")}})},
        set_constraint(),
        {"finish", "Ends your work with a summary for the person. Each figure in it is checked against what was measured.",
         object({{"summary", described(type("string"), "in plain words, with the ids of the trials that figures belong to")},
                 {"recommended", described(type_or_null("string"), "the id of the trial to use; null: none")}})},
    };
}

} // namespace

const std::vector<ToolSpec> &tool_specs()
{
    static const std::vector<ToolSpec> specs = make_specs();
    return specs;
}

} // namespace ca
