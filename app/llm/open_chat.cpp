// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/open_chat.h"

#include "app/llm/qt_transport.h"

namespace ca {
namespace {

/// The only model of the server, where it has no more.
Result<ListedModel> only_model(Transport &transport, const Provider &provider, const std::string &key)
{
    const auto models = check_key(transport, provider, key, {});
    if (!models)
        return fail(ErrorCode::unreadable, models.error().sentence);
    if (models->size() == 1)
        return models->front();
    std::string names;
    for (const ListedModel &model : *models)
        if (names.size() < 400)
            names += (names.empty() ? "" : ", ") + model.id;
    return fail(ErrorCode::usage,
                "Name the model of " + provider.title + " with --llm."
                    + (names.empty() ? " It lists none." : " It has " + clean_text(names) + "."));
}

} // namespace

Result<std::shared_ptr<ChatModel>> open_chat(const LlmChoice &choice)
{
    const auto provider = find_provider(choice.provider);
    if (!provider)
        return forward(provider);
    const std::string key = choice.key.empty() ? key_from_environment(*provider) : choice.key;
    if (key.empty() && provider->needs_key)
        return fail(ErrorCode::usage, provider->title + " needs a key. Set " + provider->key_variable + ", or give --api-key.");
    auto transport = std::make_shared<QtTransport>();
    ChatClientOptions options;
    std::string name = choice.model;
    if (name.empty()) {
        const auto model = only_model(*transport, *provider, key);
        if (!model)
            return forward(model);
        name = model->id;
        options.context = model->context;
    }
    return open_chat_model(*provider, key, name, std::move(transport), std::move(options));
}

Result<std::shared_ptr<ChatClient>> open_chat_model(const Provider &provider, const std::string &key, const std::string &model,
                                                    std::shared_ptr<Transport> transport, ChatClientOptions options)
{
    if (key.empty() && provider.needs_key)
        return fail(
            ErrorCode::usage,
            provider.title + " needs a key, and there is none. Enter it with the provider"
                + (provider.key_variable.empty() ? "." : ", or set " + provider.key_variable + " and start the program again."));
    if (model.empty())
        return fail(ErrorCode::usage, "No model of " + provider.title + " is chosen. Choose one with the provider.");
    return std::make_shared<ChatClient>(provider.id, endpoint_of(provider, key, model), dialect_of(provider),
                                        std::move(transport), std::move(options));
}

} // namespace ca
