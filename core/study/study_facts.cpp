// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_facts.h"

#include <array>
#include <utility>

namespace ca {
namespace {

template <typename Facts>
auto texts_of(Facts &facts)
{
    return std::array{std::pair("name", &facts.name),
                      std::pair("model", &facts.model_name),
                      std::pair("model_sha256", &facts.model_sha256),
                      std::pair("data", &facts.data_name),
                      std::pair("data_key", &facts.data),
                      std::pair("head", &facts.head),
                      std::pair("preprocess", &facts.preprocess),
                      std::pair("program", &facts.program)};
}

bool is_count(const Json &json, const char *key)
{
    return json.contains(key) && json[key].is_number_integer() && json[key].template get<std::int64_t>() >= 0;
}

std::string text_at(const Json &json, const char *key)
{
    return json.contains(key) && json[key].is_string() ? clean_text(json[key].get_ref<const std::string &>()) : std::string();
}

} // namespace

Json to_json(const StudyFacts &facts)
{
    Json json;
    for (const auto &[key, text] : texts_of(facts))
        json[key] = *text;
    json["splits"] = Json::array();
    for (const SplitFacts &split : facts.splits)
        json["splits"].push_back({{"name", split.name}, {"size", split.size}, {"hash", split.hash}});
    json["seed"] = facts.seed;
    json["float_bytes"] = facts.float_bytes.value;
    json["options"] = facts.options;
    return json;
}

Result<StudyFacts> study_facts_from_json(const Json &json)
{
    const auto splits = json.is_object() ? json.find("splits") : json.end();
    const bool whole = splits != json.end() && splits->is_array() && json.contains("seed") && json["seed"].is_number_unsigned()
        && is_count(json, "float_bytes") && json.contains("options");
    if (!whole)
        return fail(ErrorCode::bad_format, "The facts of the study are not complete. Begin a new study.");
    StudyFacts facts;
    for (const auto &[key, text] : texts_of(facts))
        *text = text_at(json, key);
    for (const Json &split : *splits) {
        if (!split.is_object() || !is_count(split, "size"))
            return fail(ErrorCode::bad_format, "The facts of the study name a split without its size. Begin a new study.");
        facts.splits.push_back({text_at(split, "name"), split["size"].get<std::int64_t>(), text_at(split, "hash")});
    }
    facts.seed = json["seed"].get<std::uint64_t>();
    facts.float_bytes = bytes(json["float_bytes"].get<std::int64_t>());
    facts.options = json["options"];
    return facts;
}

} // namespace ca
