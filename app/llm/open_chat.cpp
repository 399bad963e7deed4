// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/open_chat.h"

#include "app/llm/qt_transport.h"
#include "core/agent/provider/chat_client.h"
#include "core/agent/provider/providers.h"

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

Result<std::shared_ptr<ChatModel>> open_chat(const ChatChoice &choice)
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
    return std::make_shared<ChatClient>(provider->id, endpoint_of(*provider, key, name), dialect_of(*provider), transport,
                                        std::move(options));
}

} // namespace ca
