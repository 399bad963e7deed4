// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/transcript.h"

#include "core/base/json_member.h"
#include "core/report/sections/context.h"

#include <algorithm>

namespace ca::report {
namespace {

std::string text_at(const Json &json, const char *key)
{
    const Json &value = member(json, key);
    return value.is_string() ? clean_text(value.get_ref<const std::string &>()) : std::string();
}

const Json &list_at(const Json &json, const char *key)
{
    static const Json kNone = Json::array();
    const Json &value = member(json, key);
    return value.is_array() ? value : kNone;
}

/// The text of a turn, with the figures in it that nothing stored matches struck through.
Line marked(const Json &turn, std::size_t most_characters)
{
    const std::string text = shortened(text_at(turn, "text"), most_characters);
    Line line;
    std::size_t from = 0;
    for (const Json &figure : list_at(turn, "figures")) {
        const std::string written = text_at(figure, "text");
        const auto at = written.empty() ? std::string::npos : text.find(written, from);
        if (at == std::string::npos)
            continue;
        if (member(figure, "reference").is_null()) {
            line.push_back({.text = text.substr(from, at - from)});
            line.push_back({.text = written, .wrong = true});
            from = at + written.size();
        }
    }
    line.push_back({.text = text.substr(from)});
    return line;
}

/// Of what the planner says in a round the last is its proposal; before that it repeats what the tables show.
void add_turn(std::vector<Speech> &speeches, Speech speech)
{
    if (speech.by == Speaker::planner && !speeches.empty() && speeches.back().by == Speaker::planner)
        speeches.back() = std::move(speech);
    else
        speeches.push_back(std::move(speech));
}

bool is_carried_out(const std::vector<Json> &transcript, const std::string &call)
{
    return std::any_of(transcript.begin(), transcript.end(), [&](const Json &entry) {
        return text_at(entry, "kind") == "result" && text_at(entry, "call") == call && text_at(entry, "state") == "done";
    });
}

} // namespace

Conclusion last_conclusion(const std::vector<Json> &transcript)
{
    Conclusion conclusion;
    for (const Json &entry : transcript)
        for (const Json &call : list_at(entry, "calls")) {
            if (text_at(call, "tool") != "finish" || !is_carried_out(transcript, text_at(call, "id")))
                continue;
            const Json arguments = Json::parse(text_at(call, "arguments"), nullptr, false);
            conclusion.summary = text_at(arguments, "summary");
            const std::string recommended = text_at(arguments, "recommended");
            conclusion.recommended = recommended.empty() ? std::nullopt : std::optional(recommended);
        }
    return conclusion;
}

std::vector<std::vector<Speech>> speeches(const std::vector<Json> &transcript, std::size_t rounds, std::size_t most_characters)
{
    std::vector<std::vector<Speech>> by_round(rounds + 1);
    std::size_t round = 0;
    for (const Json &entry : transcript) {
        const std::string kind = text_at(entry, "kind");
        if (kind == "round")
            round = std::min(round + 1, rounds);
        else if (kind == "turn" && !text_at(entry, "text").empty())
            add_turn(
                by_round[round],
                {marked(entry, most_characters), text_at(entry, "provider") == "offline" ? Speaker::planner : Speaker::advisor});
        else if (kind == "person" && !text_at(entry, "text").empty())
            by_round[round].push_back({plain(shortened(text_at(entry, "text"), most_characters)), Speaker::person});
    }
    return by_round;
}

} // namespace ca::report
