// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/proposal_draft.h"

namespace ca::tools {
namespace {

constexpr double kMostDrop = 100; // percentage points

bool is_given(const Json &value)
{
    return !value.is_null();
}

void read_numbers(const Json &arguments, Constraints &wanted, ArgumentErrors &errors)
{
    if (const Json &drop = arguments["max_drop"]; is_given(drop)) {
        if (drop < 0 || drop > kMostDrop)
            errors.push_back({"/max_drop", "is out of range", "0 to 100 percentage points"});
        else
            wanted.max_drop = drop.get<double>();
    }
    if (const Json &size = arguments["target_bytes"]; is_given(size)) {
        if (size < 1 || size > INT64_MAX)
            errors.push_back({"/target_bytes", "is no size of a file", "more than 0"});
        else
            wanted.bytes = size.get<std::int64_t>();
    }
    if (const Json &latency = arguments["max_latency"]; is_given(latency)) {
        if (!(latency > 0))
            errors.push_back({"/max_latency", "is no time", "more than 0 milliseconds"});
        else
            wanted.latency = latency.get<double>();
    }
}

void read_lists(const ToolBox::State &state, const Json &arguments, Constraints &wanted, ArgumentErrors &errors)
{
    if (const Json &pins = arguments["pin"]; is_given(pins)) {
        wanted.pins.clear();
        for (std::size_t i = 0; i < pins.size(); ++i) {
            const std::string path = "/pin/" + std::to_string(i) + "/layer";
            const Layer *layer = state.layer(pins[i]["layer"].get_ref<const std::string &>());
            if (!layer)
                errors.push_back({path, "is no layer", state.layer_ids()});
            else if (!wanted.pins.emplace(layer->name, *format_from(pins[i]["format"].get<std::string>())).second)
                errors.push_back({path, layer->index.id() + " stands twice", "each layer once"});
        }
    }
    if (const Json &formats = arguments["forbid"]; is_given(formats)) {
        wanted.forbidden.clear();
        for (const Json &format : formats)
            wanted.forbidden.insert(*format_from(format.get<std::string>()));
    }
}

ConsentRequest constraint_request(const ToolBox::State &state, const Constraints &wanted)
{
    const std::string now = constraints_text(state, state.desk.study().constraints);
    const std::string then = constraints_text(state, wanted);
    ConsentRequest request;
    request.kind = ConsentRequest::Kind::constraint;
    request.sentence = "From now on an answer has to hold " + (then.empty() ? "no limit" : then)
        + ". So far: " + (now.empty() ? "no limit" : now) + ".";
    return request;
}

ToolAnswer in_force(const ToolBox::State &state)
{
    const Constraints &constraints = state.desk.study().constraints;
    const std::string text = constraints_text(state, constraints);
    ToolAnswer answer;
    answer.content = {{"constraints", constraints_json(state, constraints)},
                      {"answer_to_the_constraints", Json(or_null(state.desk.study().answer))}};
    answer.summary = text.empty() ? "Nothing is limited" : "In force: " + text;
    return answer;
}

/// The earlier ones hold.
ToolAnswer unreachable(const ToolBox::State &state, const Constraints &wanted, const Error &error)
{
    if (error.code != ErrorCode::constraint && error.code != ErrorCode::usage)
        return failure(state, error, true);
    const auto least = state.desk.table() ? smallest_bytes(state, wanted) : std::nullopt;
    ArgumentErrors errors;
    if (least && wanted.bytes && *wanted.bytes < *least)
        errors.push_back({"/target_bytes", "cannot be reached", "at least " + std::to_string(*least)});
    else if (least && wanted.latency)
        errors.push_back({"/max_latency", "cannot be reached, or layers cannot be timed here", "more milliseconds"});
    else
        errors.push_back({"", "cannot be reached together: a layer has no format left", "fewer pins and forbidden formats"});
    ToolAnswer answer = refusal(errors);
    answer.content["constraints"] = constraints_json(state, state.desk.study().constraints);
    answer.summary = visible_text(error.text(), 400);
    return answer;
}

} // namespace

ToolAnswer set_constraint(ToolBox::State &state, const Json &arguments, std::stop_token stop)
{
    ArgumentErrors errors;
    Constraints wanted = state.desk.study().constraints;
    read_numbers(arguments, wanted, errors);
    read_lists(state, arguments, wanted, errors);
    if (!errors.empty())
        return refusal(errors);
    if (wanted == state.desk.study().constraints)
        return in_force(state);
    const Decision decision = ask_person(constraint_request(state, wanted), state.options.ask, stop);
    if (!decision.granted) {
        const std::string why = visible_text(decision.reason, 300);
        ToolAnswer refused = refusal({{"", "was not approved" + (why.empty() ? "" : ": " + why), "the constraints that hold"}},
                                     stop.stop_requested() ? CallState::cancelled : CallState::refused);
        refused.summary = "Not approved" + (why.empty() ? "." : ": " + why);
        return refused;
    }
    const auto set = state.desk.set_constraints(wanted);
    return set ? in_force(state) : unreachable(state, wanted, set.error());
}

} // namespace ca::tools
