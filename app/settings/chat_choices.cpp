// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/chat_choices.h"

#include "ui/common/words.h"

#include <QCoreApplication>

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kMostOfServer = 8; // models in the list of choices

ChatChoice make_choice(const Provider &provider, const QString &word, const QString &model)
{
    return {word, model, QStringLiteral("%1 · %2").arg(words::escaped(model), words::clean(provider.title))};
}

} // namespace

ChatChoice chat_choice(const ProviderStore &store, const ProviderFacts &facts)
{
    const auto provider = store.provider(facts.provider);
    if (facts.provider == ProviderFacts().provider || !provider)
        return {ProviderFacts().provider, {}, QCoreApplication::translate("ChatChoices", "offline planner")};
    return make_choice(*provider, facts.provider, facts.model);
}

std::vector<ChatChoice> chat_choices(const ProviderStore &store, const std::vector<LocalServer> &servers)
{
    std::vector<ChatChoice> choices{chat_choice(store, {})};
    for (const ProviderFacts &facts : store.configured())
        choices.push_back(chat_choice(store, facts));
    for (const LocalServer &server : servers) {
        const std::size_t count = std::min(server.models.size(), kMostOfServer);
        for (std::size_t i = 0; i < count; ++i) {
            const QString model = words::from(server.models[i].id);
            const ChatChoice choice = make_choice(server.provider, store.word_of(server.provider), model);
            if (!model.isEmpty() && std::find(choices.begin(), choices.end(), choice) == choices.end())
                choices.push_back(choice);
        }
    }
    return choices;
}

std::optional<std::int64_t> context_of(const std::vector<LocalServer> &servers, const ProviderStore &store,
                                       const ChatChoice &choice)
{
    for (const LocalServer &server : servers)
        for (const ListedModel &model : server.models)
            if (store.word_of(server.provider) == choice.provider && words::from(model.id) == choice.model)
                return model.context;
    return std::nullopt;
}

} // namespace ca
