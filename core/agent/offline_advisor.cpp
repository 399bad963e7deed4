// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/offline_advisor.h"

#include "core/agent/offline_words.h"
#include "core/agent/phrases/phrases.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace ca {
namespace {

/// What was called since the person spoke, and what it gave.
struct Done {
    std::string tool;
    Json content;
    bool failed = false;
};

struct Conversation {
    std::string request;
    std::vector<Done> done{};
    bool was_at_work = false; ///< when the person spoke: results of tools waited to be read
};

const ToolCall *call_of(const std::vector<ChatMessage> &messages, const std::string &id)
{
    for (const ChatMessage &message : messages)
        for (const ToolCall &call : message.calls)
            if (call.id == id)
                return &call;
    return nullptr;
}

Conversation read(const std::vector<ChatMessage> &messages)
{
    const auto last =
        std::find_if(messages.rbegin(), messages.rend(), [](const ChatMessage &each) { return each.role == ChatRole::user; });
    Conversation result;
    if (last == messages.rend())
        return result;
    result.request = last->text;
    if (const auto before = std::next(last); before != messages.rend() && before->role == ChatRole::tool) {
        const ToolCall *call = call_of(messages, before->call_id);
        result.was_at_work = call && call->name != "finish";
    }
    for (auto message = last.base(); message != messages.end(); ++message)
        if (const ToolCall *call = message->role == ChatRole::tool ? call_of(messages, message->call_id) : nullptr)
            result.done.push_back({call->name, Json::parse(message->text, nullptr, false), message->failed});
    return result;
}

struct Step {
    std::string text;
    std::optional<std::pair<std::string, Json>> call{}; ///< none: the answer is complete
};

Json nothing_limited()
{
    return {{"max_drop", nullptr}, {"target_bytes", nullptr}, {"max_latency", nullptr}, {"pin", nullptr}, {"forbid", nullptr}};
}

bool is_limit(Wish::Kind kind)
{
    return kind <= Wish::Kind::allow;
}

Step look(const std::string &why)
{
    return {why, std::pair("study_overview", Json::object())};
}

Step finish(const Json &overview)
{
    return {"", std::pair("finish", Json{{"summary", summary_text(overview)}, {"recommended", recommended_trial(overview)}})};
}

std::size_t trials_run(const std::vector<Done> &done)
{
    std::size_t count = 0;
    for (const Done &each : done)
        if (each.tool == "run_trials" && !each.failed)
            count += ToolRows(each.content.value("trials", Json())).size();
    return count;
}

/// Overview, what the planner proposes, overview … until nothing is proposed or left, or `most` are run.
Step carry_on(const std::vector<Done> &done, std::size_t most = SIZE_MAX)
{
    if (done.empty() || (done.back().tool != "study_overview" && done.back().tool != "run_trials"))
        return look("I look at the study first.");
    const Done &last = done.back();
    if (last.tool == "run_trials")
        return look(last.failed ? refusal_text(last.content) : outcomes_text(last.content));
    if (last.failed)
        return {refusal_text(last.content)};
    const bool was_refused = done.size() > 1 && done[done.size() - 2].tool == "run_trials" && done[done.size() - 2].failed;
    const ToolRows proposals(last.content.value("proposals", Json()));
    const Json budget = last.content.value("budget", Json::object());
    const auto room =
        std::min({proposals.size(), budget.value("trials_left", std::size_t{0}), most - std::min(most, trials_run(done))});
    if (was_refused || room == 0 || budget.value("minutes_left", 0.0) <= 0)
        return finish(last.content);
    Json ids = Json::array();
    for (std::size_t i = 0; i < room; ++i)
        ids.push_back(proposals.at(i, "id"));
    return {proposals_text(last.content, room), std::pair("run_trials", Json{{"proposals", ids}})};
}

std::string layer_named(const std::string &word, const Json &overview)
{
    if (word != "first" && word != "last")
        return word;
    const Json ids = overview.value("model", Json::object()).value("ids", Json::array());
    if (ids.empty() || !ids[0].is_string())
        return word;
    const std::string range = ids[0]; // "L001 to L021"
    return word == "first" ? range.substr(0, range.find(' ')) : range.substr(range.rfind(' ') + 1);
}

/// All limits of a request at once, as the person is asked once.
Json limits_of(const std::vector<Wish> &wishes, const Json &overview)
{
    Json arguments = nothing_limited();
    const Json now = overview.value("constraints", Json::object());
    Json pins = now.value("pin", Json::array()), forbidden = now.value("forbid", Json::array());
    const double whole = overview.value("model", Json::object()).value("float_bytes", 0.0);
    for (const Wish &wish : wishes) {
        switch (wish.kind) {
        case Wish::Kind::limit_drop:
            arguments["max_drop"] = wish.number;
            break;
        case Wish::Kind::limit_bytes:
            arguments["target_bytes"] = static_cast<std::int64_t>(wish.number);
            break;
        case Wish::Kind::limit_ratio:
            arguments["target_bytes"] = static_cast<std::int64_t>(whole / wish.number);
            break;
        case Wish::Kind::limit_latency:
            arguments["max_latency"] = wish.number;
            break;
        case Wish::Kind::keep:
            for (const std::string &layer : wish.layers) {
                const std::string id = layer_named(layer, overview);
                std::erase_if(pins.get_ref<Json::array_t &>(), [&](const Json &pin) { return pin["layer"] == id; });
                pins.push_back({{"layer", id}, {"format", to_text(wish.formats.empty() ? Format::fp32 : *wish.formats.begin())}});
            }
            arguments["pin"] = pins;
            break;
        case Wish::Kind::forbid:
        case Wish::Kind::allow:
            for (const Format format : wish.formats) {
                std::erase(forbidden.get_ref<Json::array_t &>(), Json(to_text(format)));
                if (wish.kind == Wish::Kind::forbid)
                    forbidden.push_back(to_text(format));
            }
            arguments["forbid"] = forbidden;
            break;
        default:
            break;
        }
    }
    return arguments;
}

/// The calls that a request asks for, limits as one of them and first.
std::vector<std::pair<std::string, Json>> calls_for(const std::vector<Wish> &wishes, const Json &overview)
{
    std::vector<std::pair<std::string, Json>> calls;
    if (std::any_of(wishes.begin(), wishes.end(), [](const Wish &wish) { return is_limit(wish.kind); }))
        calls.emplace_back("set_constraint", limits_of(wishes, overview));
    for (const Wish &wish : wishes) {
        if (wish.kind == Wish::Kind::compare)
            calls.emplace_back("compare_trials", Json{{"trials", wish.trials}});
        else if (wish.kind == Wish::Kind::explain_trial && !wish.trials.empty())
            calls.emplace_back("compare_trials", Json{{"trials", {"T1", wish.trials.front()}}});
        else if (wish.kind == Wish::Kind::explain_layer && !wish.layers.empty())
            calls.emplace_back("explain_layer", Json{{"layer", layer_named(wish.layers.front(), overview)}});
    }
    return calls;
}

std::string text_of(const Done &done)
{
    if (done.failed)
        return refusal_text(done.content);
    if (done.tool == "set_constraint")
        return constraints_text(done.content);
    if (done.tool == "compare_trials")
        return comparison_text(done.content);
    if (done.tool == "explain_layer")
        return layer_text(done.content);
    return "";
}

std::string help_text()
{
    std::string text = "I work without a language model, and understand phrases such as:\n";
    for (const KnownPhrase &phrase : known_phrases())
        text += "\n- \"" + phrase.example + "\": " + phrase.meaning;
    return text;
}

/// That are wanted in so many words.
std::size_t most_trials(const std::vector<Wish> &wishes)
{
    for (const Wish &wish : wishes)
        if (wish.kind == Wish::Kind::go_on && wish.number > 0)
            return static_cast<std::size_t>(wish.number);
    return SIZE_MAX;
}

bool has(const std::vector<Wish> &wishes, Wish::Kind kind)
{
    return std::any_of(wishes.begin(), wishes.end(), [&](const Wish &wish) { return wish.kind == kind; });
}

Step stop_here(const Conversation &conversation)
{
    if (!conversation.was_at_work)
        return {"Nothing runs now. Say \"go on\" when it should."};
    if (conversation.done.empty())
        return look("I stop here. What was finished is kept; say \"go on\" when it should go on.");
    const Done &last = conversation.done.back();
    return last.failed ? Step{refusal_text(last.content)} : finish(last.content);
}

/// Looks at the study, does what is wished, and says what came of it.
Step answer(const Conversation &conversation)
{
    const Understood understood = understand(conversation.request);
    const auto &wishes = understood.wishes;
    const auto &done = conversation.done;
    if (has(wishes, Wish::Kind::stop))
        return stop_here(conversation);
    if (wishes.empty() || has(wishes, Wish::Kind::help)) {
        const std::string text = understood.not_understood.empty() ? help_text() : sentence_for(understood.not_understood);
        return !conversation.was_at_work ? Step{text} : done.empty() ? look(text) : carry_on(done);
    }
    if (done.empty())
        return look("");
    const auto calls = calls_for(wishes, done.front().content);
    if (done.size() <= calls.size())
        return {done.size() == 1 ? "" : text_of(done.back()), calls[done.size() - 1]};
    const std::vector<Done> after(done.begin() + static_cast<std::ptrdiff_t>(calls.size()) + 1, done.end());
    if (has(wishes, Wish::Kind::go_on))
        return carry_on(after.empty() && calls.empty() ? done : after, most_trials(wishes));
    std::string text = calls.empty() || has(wishes, Wish::Kind::overview) ? overview_text(done.front().content) : "";
    for (std::size_t i = 1; i < done.size(); ++i)
        text += (text.empty() ? "" : "\n\n") + text_of(done[i]);
    if (!understood.not_understood.empty())
        text += "\n\n" + sentence_for(understood.not_understood);
    if (!conversation.was_at_work)
        return {text};
    return after.empty() ? look(text) : carry_on(after); // a question in between ends nothing
}

} // namespace

const std::string &study_request()
{
    static const std::string text =
        "Find the best front of size, accuracy and speed within the budget, and finish with what you recommend.";
    return text;
}

ChatResult<ChatTurn> OfflineAdvisor::ask(const ChatRequest &request, const ChatSink &sink, std::stop_token stop)
{
    if (stop.stop_requested())
        return tl::unexpected(ChatFailure{FailureKind::cancelled, "It was stopped."});
    const Conversation conversation = read(request.messages);
    const bool is_study = conversation.request == study_request();
    const Step step = is_study ? carry_on(conversation.done) : answer(conversation);
    ChatTurn turn;
    turn.message.role = ChatRole::assistant;
    turn.message.text = step.text;
    turn.end = step.call ? TurnEnd::tool_calls : TurnEnd::complete;
    turn.stop_reason = step.call ? "tool_calls" : "stop";
    if (step.call)
        turn.message.calls.push_back(
            {"offline_" + std::to_string(request.messages.size()), step.call->first, canonical(step.call->second)});
    if (!step.text.empty() && sink)
        sink({ChatDelta::Kind::text, step.text});
    if (step.call && sink)
        sink({ChatDelta::Kind::call, step.call->first});
    return turn;
}

} // namespace ca
