// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/transcript.h"

#include "core/agent/offline_advisor.h"
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

/// `text`, with `wrong` figures struck through. They are in the order in which they stand there.
Line struck(const std::string &text, const std::vector<std::string> &wrong)
{
    Line line;
    std::size_t from = 0;
    for (const std::string &figure : wrong) {
        const auto at = figure.empty() ? std::string::npos : text.find(figure, from);
        if (at == std::string::npos)
            continue;
        line.push_back({.text = text.substr(from, at - from)});
        line.push_back({.text = figure, .wrong = true});
        from = at + figure.size();
    }
    line.push_back({.text = text.substr(from)});
    return line;
}

/// Figures of a turn that nothing stored matches.
std::vector<std::string> unproved(const Json &turn)
{
    std::vector<std::string> figures;
    for (const Json &figure : list_at(turn, "figures"))
        if (member(figure, "reference").is_null())
            figures.push_back(text_at(figure, "text"));
    return figures;
}

/// The answer to a call; null where it was not carried out.
const Json &answer_to(const std::vector<Json> &transcript, const std::string &call)
{
    static const Json kNone = nullptr;
    const auto found = std::find_if(transcript.begin(), transcript.end(), [&](const Json &entry) {
        return text_at(entry, "kind") == "result" && text_at(entry, "call") == call && text_at(entry, "state") == "done";
    });
    return found == transcript.end() ? kNone : *found;
}

std::vector<std::string> texts_of(const Json &list)
{
    std::vector<std::string> texts;
    for (const Json &text : list)
        texts.push_back(text.is_string() ? clean_text(text.get_ref<const std::string &>()) : std::string());
    return texts;
}

} // namespace

Conclusion last_conclusion(const std::vector<Json> &transcript, std::size_t most_characters)
{
    Conclusion conclusion;
    for (const Json &entry : transcript)
        for (const Json &call : list_at(entry, "calls")) {
            const Json &answer = answer_to(transcript, text_at(call, "id"));
            if (text_at(call, "tool") != "finish" || answer.is_null())
                continue;
            const Json arguments = Json::parse(text_at(call, "arguments"), nullptr, false);
            const std::string summary = shortened(text_at(arguments, "summary"), most_characters);
            conclusion.summary =
                summary.empty() ? Line() : struck(summary, texts_of(list_at(member(answer, "content"), "unproved_figures")));
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
        const std::string kind = text_at(entry, "kind"), text = text_at(entry, "text");
        if (kind == "round")
            round = std::min(round + 1, rounds);
        else if (kind == "turn" && !text.empty() && text_at(entry, "provider") != "offline")
            by_round[round].push_back({struck(shortened(text, most_characters), unproved(entry))});
        else if (kind == "person" && !text.empty() && text != study_request())
            by_round[round].push_back({plain(shortened(text, most_characters)), true});
    }
    return by_round;
}

} // namespace ca::report
