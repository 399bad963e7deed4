// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"

#include <algorithm>
#include <cctype>

namespace ca {
namespace {

/// Ids of a list, as far as they look like ids; what does not was written by a model, and is in no title.
std::string ids_text(const Json &list, char letter)
{
    std::vector<std::string> ids;
    for (const Json &item : list) {
        const auto &id = item.get_ref<const std::string &>();
        if (id.size() > 1 && id.size() < 8 && id.front() == letter
            && std::all_of(id.begin() + 1, id.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
            ids.push_back(id);
    }
    return tools::in_a_row(ids);
}

std::string after(const std::string &words, const std::string &ids, const std::string &without)
{
    return ids.empty() ? without : words + " " + ids;
}

std::string title_of_proposal(const Json &arguments)
{
    const Json &target = arguments["target_bytes"], &base = arguments["base"], &layers = arguments["layers"];
    std::string title = "Propose a recipe";
    if (target.is_number_integer() && target > 0 && target < INT64_MAX)
        title += " of at most " + to_text(bytes(target.get<std::int64_t>()));
    else if (base.is_string())
        title += " from " + base.get<std::string>();
    std::size_t changed = 0;
    for (std::size_t i = 0; layers.is_array() && i < layers.size(); ++i)
        changed += layers[i]["ids"].size();
    return changed == 0 ? title : title + " with changes to " + std::to_string(changed) + (changed == 1 ? " layer" : " layers");
}

std::string title_of_constraint(const Json &arguments)
{
    std::vector<std::string> parts;
    if (const Json &drop = arguments["max_drop"]; drop.is_number())
        parts.push_back("the drop to " + to_text(drop.get<double>()) + " points");
    if (const Json &size = arguments["target_bytes"]; size.is_number_integer() && size > 0 && size < INT64_MAX)
        parts.push_back("the size to " + to_text(bytes(size.get<std::int64_t>())));
    if (const Json &latency = arguments["max_latency"]; latency.is_number())
        parts.push_back("the latency to " + to_text(latency.get<double>()) + " ms");
    if (!arguments["pin"].is_null() || !arguments["forbid"].is_null())
        parts.emplace_back("the formats of layers");
    return parts.empty() ? "Look at the constraints" : "Limit " + tools::in_a_row(parts);
}

const char *plain_title(const std::string &tool)
{
    if (tool == "study_overview")
        return "Look at the study";
    if (tool == "sensitivity")
        return "Look at what formats cost the layers";
    if (tool == "propose_recipe")
        return "Propose a recipe";
    if (tool == "run_trials")
        return "Run trials";
    if (tool == "compare_trials")
        return "Compare trials";
    if (tool == "explain_layer")
        return "Explain a layer";
    if (tool == "set_constraint")
        return "Change the constraints";
    return tool == "finish" ? "Sum up" : "Call a tool that is not there";
}

} // namespace

std::string call_title(const ToolCall &call)
{
    const std::string plain = plain_title(call.name);
    const auto &specs = tool_specs();
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ToolSpec &each) { return each.name == call.name; });
    if (spec == specs.end())
        return plain;
    const ParsedArguments arguments = parse_arguments(call.arguments, spec->parameters);
    if (!arguments.errors.empty())
        return plain;
    const Json &value = arguments.value;
    if (call.name == "propose_recipe")
        return title_of_proposal(value);
    if (call.name == "run_trials")
        return after("Run", ids_text(value["proposals"], 'P'), plain);
    if (call.name == "compare_trials")
        return after("Compare", ids_text(value["trials"], 'T'), plain);
    if (call.name == "explain_layer")
        return after("Explain", ids_text(Json::array({value["layer"]}), 'L'), plain);
    return call.name == "set_constraint" ? title_of_constraint(value) : plain;
}

} // namespace ca
