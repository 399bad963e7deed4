// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/layer_changes.h"
#include "core/agent/tools/proposal_draft.h"
#include "core/quantize/export/export.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca::tools {
namespace {

constexpr std::size_t kMostReason = 400; // characters
constexpr std::size_t kMostListed = 12;  // layers in float, notes

Format format_of(const Recipe &recipe, const std::string &layer)
{
    const auto found = recipe.layers.find(layer);
    return found == recipe.layers.end() ? Format::fp32 : found->second.format;
}

Json formats_allowed(const Constraints &constraints, int least_bits)
{
    Json words = Json::array();
    for (const Format format : {Format::fp32, Format::fp16, Format::bf16, Format::int8, Format::int7, Format::int6, Format::int5,
                                Format::int4, Format::int3, Format::int2, Format::nf4, Format::fp4, Format::llm_int8})
        if (!constraints.forbidden.contains(format) && bits_of(format).value >= least_bits)
            words.push_back(to_text(format));
    return words;
}

/// Where the arguments name a layer: the place of its format; else the whole.
std::string place_of(const ToolBox::State &state, const Json &arguments, const std::string &layer_id)
{
    ArgumentErrors ignored;
    for (const LayerChange &change : layer_changes(state, arguments["layers"], ignored))
        for (const Layer *layer : change.layers)
            if (layer->index.id() == layer_id)
                return change.path + "/format";
    return arguments["target_bytes"].is_null() ? "/base" : "/target_bytes";
}

/// Pins, minimum widths and forbidden formats; once each.
void check_formats(const ToolBox::State &state, const Json &arguments, const Recipe &recipe, ArgumentErrors &errors)
{
    const Constraints &limits = state.desk.study().constraints;
    for (const Layer &layer : state.desk.model().program.layers()) {
        const Format format = format_of(recipe, layer.name);
        const std::string id = layer.index.id(), is = id + " has " + to_text(format) + ", ";
        const auto wrong = [&](const std::string &why, const Json &allowed) {
            errors.push_back({place_of(state, arguments, id), is + why, allowed});
        };
        const auto pin = limits.pins.find(layer.name);
        const auto least = limits.minimum_bits.find(layer.name);
        if (pin != limits.pins.end() && pin->second != format)
            wrong("and the person pinned its format", Json::array({to_text(pin->second)}));
        else if (least != limits.minimum_bits.end() && bits_of(format).value < least->second)
            wrong("and the person wants more bits for it", formats_allowed(limits, least->second));
        else if (recipe.layers.contains(layer.name) && limits.forbidden.contains(format))
            wrong("which the person forbade", formats_allowed(limits, 0));
    }
}

void check_limits(const ToolBox::State &state, const Proposal &predicted, const TrialCost &cost, ArgumentErrors &errors)
{
    const Constraints &limits = state.desk.study().constraints;
    if (limits.bytes && predicted.predicted_bytes > *limits.bytes)
        errors.push_back({"", "has " + std::to_string(predicted.predicted_bytes) + " bytes, more than the person allows",
                          "at most " + std::to_string(*limits.bytes) + " bytes"});
    if (limits.latency && predicted.predicted_latency && *predicted.predicted_latency > *limits.latency)
        errors.push_back(
            {"", "takes " + to_text(*predicted.predicted_latency, 3) + " ms by what was timed, more than the person allows",
             "at most " + to_text(*limits.latency) + " ms"});
    if (const Bytes machine = state.memory(); machine.value > 0 && cost.memory > machine)
        errors.push_back(
            {"", "needs " + to_text(cost.memory) + " of memory, more than this machine has", "at most " + to_text(machine)});
}

/// Says which it is; a trial that was left undone does not count.
void check_duplicate(ToolBox::State &state, const std::string &hash, ArgumentErrors &errors)
{
    for (const Trial &trial : state.desk.study().trials)
        if (trial.recipe_hash == hash && !was_left_undone(trial)) {
            errors.push_back({"", "is the recipe of " + trial.id + ", which is " + to_text(trial.state), "another recipe"});
            return;
        }
    if (const KeptProposal *kept = state.proposals.with_recipe(hash))
        errors.push_back({"", "is the recipe of " + kept->id + ", which can be run as it is", Json::array({kept->id})});
}

Expectation expectation_of(const Json &expect, ArgumentErrors &errors)
{
    Expectation expected;
    if (expect.is_null())
        return expected;
    if (const Json &size = expect["bytes"]; !size.is_null()) {
        if (size < 1 || size > INT64_MAX)
            errors.push_back({"/expect/bytes", "is no size of a file", "more than 0"});
        else
            expected.bytes = size.get<std::int64_t>();
    }
    if (const Json &drop = expect["drop"]; !drop.is_null()) {
        expected.drop = drop.get<double>();
        if (!(std::abs(*expected.drop) <= 100))
            errors.push_back({"/expect/drop", "is out of range", "-100 to 100 percentage points"});
    }
    return expected;
}

std::string text_in(const Json &arguments, const char *key, std::size_t most, ArgumentErrors &errors)
{
    std::string text = visible_text(arguments[key].get_ref<const std::string &>(), most);
    if (text.empty())
        errors.push_back({std::string("/") + key, "is empty", "a few words"});
    return text;
}

Json left_float_json(const ToolBox::State &state, const MethodRecipe &recipe)
{
    Json list = Json::array();
    for (const FloatLayer &layer : recipe.left_float)
        if (list.size() < kMostListed)
            list.push_back(state.id_of(layer.name));
    return list;
}

Json proposal_json(const ToolBox::State &state, const KeptProposal &kept, const TrialCost &cost)
{
    const Proposal &proposal = kept.proposal;
    const MethodRecipe &recipe = proposal.candidate.recipe;
    const Constraints &limits = state.desk.study().constraints;
    const auto size = static_cast<double>(std::max<std::int64_t>(1, proposal.predicted_bytes));
    Json json{{"proposal", kept.id},
              {"recipe", describe(recipe.recipe, state.desk.model())},
              {"bytes", proposal.predicted_bytes},
              {"times_smaller", rounded(static_cast<double>(state.desk.study().float_bytes.value) / size, 2)},
              {"predicted_drop", rounded(proposal.predicted_drop, 2)},
              {"drop_error", rounded(proposal.drop_error, 2)},
              {"predicted_latency_ms", rounded(proposal.predicted_latency, 3)},
              {"minutes", rounded(cost.minutes, 2)},
              {"memory_bytes", cost.memory.value},
              {"layers_quantized", recipe.recipe.layers.size()},
              {"layers_float", recipe.left_float.size()},
              {"float_ids", left_float_json(state, recipe)}};
    json["notes"] = Json::array();
    for (const std::string &note : recipe.notes)
        if (const Json text = state.untrusted(note); text.is_string() && json["notes"].size() < kMostListed)
            json["notes"].push_back(text);
    if (limits.max_drop && proposal.predicted_drop && *proposal.predicted_drop > *limits.max_drop)
        json["notes"].push_back("is expected to lose more than max_drop");
    return json;
}

} // namespace

ToolAnswer propose_recipe(ToolBox::State &state, const Json &arguments, std::stop_token stop)
{
    ArgumentErrors errors;
    const std::string name = text_in(arguments, "name", kMostOfName, errors);
    const std::string reason = text_in(arguments, "reason", kMostReason, errors);
    const Expectation expected = expectation_of(arguments["expect"], errors);
    if (!errors.empty())
        return refusal(errors);
    if (auto refused = state.plan())
        return std::move(*refused);
    const Draft draft = draft_recipe(state, arguments, std::move(stop));
    if (draft.failure)
        return failure(state, *draft.failure, false);
    if (!draft.candidate)
        return refusal(draft.errors);
    const MethodRecipe &recipe = draft.candidate->recipe;
    KeptProposal kept;
    kept.expected = expected;
    kept.proposal = state.desk.planner()->predict(recipe, trial_results(state.desk.study()));
    kept.proposal.candidate = {draft.candidate->method, name, reason, recipe};
    const TrialCost cost = cost_of(state, recipe.recipe);
    kept.minutes = cost.minutes;
    kept.memory = cost.memory;
    check_duplicate(state, hash(recipe.recipe), errors);
    check_formats(state, arguments, recipe.recipe, errors);
    check_limits(state, kept.proposal, cost, errors);
    if (!errors.empty())
        return refusal(errors);
    const KeptProposal &added = state.proposals.add(std::move(kept));
    ToolAnswer answer;
    answer.content = proposal_json(state, added, cost);
    answer.summary = added.id + ", " + draft.candidate->name + ": " + to_text(bytes(added.proposal.predicted_bytes));
    if (added.proposal.predicted_drop)
        answer.summary += ", expected to lose " + to_text(*added.proposal.predicted_drop, 2) + " ± "
            + to_text(added.proposal.drop_error, 2) + " points";
    return answer;
}

} // namespace ca::tools
