// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/language_model_use.h"

namespace ca {

OrderedJson to_json(const LanguageModelUse &use)
{
    OrderedJson json;
    json["provider"] = use.provider;
    json["model"] = use.model.empty() ? OrderedJson(nullptr) : OrderedJson(use.model);
    json["requests"] = use.requests;
    json["input_tokens"] = use.input_tokens;
    json["output_tokens"] = use.output_tokens;
    json["cost"] = or_null(use.cost);
    return json;
}

void add_turn(LanguageModelUse &use, const Json &entry)
{
    const auto text = [&](const char *key) {
        const auto found = entry.find(key);
        return found != entry.end() && found->is_string() ? clean_text(found->get<std::string>()) : std::string();
    };
    if (!entry.is_object() || text("kind") != "turn" || text("provider") == "offline")
        return;
    const Json usage = entry.contains("usage") ? entry["usage"] : Json::object();
    const auto tokens = [&](const char *key) {
        const auto found = usage.find(key);
        return usage.is_object() && found != usage.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
    };
    use.provider = text("provider");
    use.model = text("model");
    ++use.requests;
    use.input_tokens += tokens("input");
    use.output_tokens += tokens("output");
    const auto cost = entry.find("cost");
    if (use.cost && cost != entry.end() && cost->is_number())
        *use.cost += cost->get<double>();
    else
        use.cost.reset();
}

} // namespace ca
