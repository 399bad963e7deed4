// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/models.h"

#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/json_fields.h"
#include "core/agent/untrusted/untrusted.h"

#include <set>

namespace ca {
namespace {

const Json *list_of(const Json &answer)
{
    if (answer.is_array())
        return &answer;
    for (const char *key : {"data", "models"})
        if (const Json *const list = field(answer, key); list && list->is_array())
            return list;
    return nullptr;
}

/// LM Studio, of the model as it is loaded; Anthropic; vLLM; OpenRouter; Groq; LM Studio; llama.cpp: as loaded, as trained.
std::optional<std::int64_t> context_of(const Json &model)
{
    for (const char *key :
         {"loaded_context_length", "max_input_tokens", "max_model_len", "context_length", "context_window", "max_context_length"})
        if (const auto tokens = count_field(model, key))
            return tokens;
    const Json *const meta = field(model, "meta");
    if (!meta)
        return std::nullopt;
    const auto loaded = count_field(*meta, "n_ctx");
    return loaded ? loaded : count_field(*meta, "n_ctx_train");
}

ListedModel model_of(const Json &value)
{
    ListedModel model;
    for (const char *key : {"id", "model", "name"})
        if (model.id.empty())
            model.id = text_field(value, key);
    constexpr std::size_t kMostOfTitle = 120; ///< characters
    const std::string title = text_field(value, "display_name");
    model.title = visible_text(title.empty() ? model.id : title, kMostOfTitle);
    model.context = context_of(value);
    return model;
}

} // namespace

ChatResult<std::pair<std::vector<ListedModel>, std::string>> listed_models(std::string_view body)
{
    const auto answer = parse_stream_json(body);
    const Json *const list = answer ? list_of(*answer) : nullptr;
    if (!list)
        return bad_answer("The provider sent no list of models. Check the address, or enter the model's name yourself.");
    std::pair<std::vector<ListedModel>, std::string> result;
    std::set<std::string> seen;
    for (const Json &value : *list)
        if (ListedModel model = model_of(value);
            clean_text(model.id) == model.id && !model.id.empty() && seen.insert(model.id).second)
            result.first.push_back(std::move(model));
    const Json *const has_more = field(*answer, "has_more");
    if (has_more && *has_more == true)
        result.second = text_field(*answer, "last_id");
    return result;
}

} // namespace ca
