// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/provider_controller.h"

#include "app/llm/open_chat.h"
#include "app/llm/qt_transport.h"
#include "app/settings/chat_choices.h"
#include "core/agent/provider/leaving.h"
#include "ui/common/words.h"
#include "ui/settings/provider_dialog.h"

#include <algorithm>
#include <limits>

namespace ca {
namespace {

bool is_offline(const ProviderFacts &facts)
{
    return facts.provider == ProviderFacts().provider;
}

HttpLimits limits_of(const ProviderFacts &facts)
{
    HttpLimits limits;
    limits.first_byte = facts.first_seconds;
    limits.idle = facts.idle_seconds;
    limits.total += limits.first_byte; // a long wait for the first word takes nothing from the answer
    return limits;
}

int tokens(std::optional<std::int64_t> context)
{
    return static_cast<int>(std::clamp<std::int64_t>(context.value_or(0), 0, std::numeric_limits<int>::max()));
}

} // namespace

ProviderController::ProviderController(ProviderStore &store, KeyRing &keys, QWidget &window)
    : store_(store), keys_(keys), window_(window), transport_(std::make_shared<QtTransport>())
{
    connect(&store_, &ProviderStore::changed, this, &ProviderController::choices_changed);
    connect(&keys_, &KeyRing::changed, this, &ProviderController::show_key);
}

ProviderController::~ProviderController() = default;

std::vector<ChatChoice> ProviderController::choices() const
{
    return chat_choices(store_, servers_);
}

ChatChoice ProviderController::current() const
{
    return chat_choice(store_, store_.current());
}

void ProviderController::choose(const ChatChoice &choice)
{
    ProviderFacts facts = store_.facts(choice.provider, choice.model);
    if (facts.context == 0)
        facts.context = tokens(context_of(servers_, store_, choice));
    store_.use(facts);
}

void ProviderController::look_for_servers()
{
    if (is_looking_)
        return;
    is_looking_ = true;
    std::vector<Provider> candidates;
    for (const Provider &known : store_.known())
        if (known.is_local)
            candidates.push_back(known);
    lookout_.post([this, candidates](const std::stop_token &stop) {
        auto found = find_local_servers(*transport_, candidates, stop);
        const auto tell = [this, found = std::move(found)] {
            servers_ = found;
            is_looking_ = false;
            Q_EMIT choices_changed();
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
}

void ProviderController::open(ClientListeners heard, Opened done)
{
    const ProviderFacts facts = store_.current();
    const auto provider = store_.provider(facts.provider);
    const auto later = [this, done](Result<OpenedChat> result) {
        QMetaObject::invokeMethod(
            this, [done, result = std::move(result)] { done(result); }, Qt::QueuedConnection);
    };
    if (is_offline(facts))
        return later(OpenedChat{facts});
    if (!provider)
        return later(forward(provider));
    const QPointer<ProviderController> self(this);
    keys_.find(*provider, [self, facts, provider = *provider, heard = std::move(heard), done](const FoundKey &found) {
        if (self)
            done(self->opened(facts, provider, found.key, heard));
    });
}

Result<OpenedChat> ProviderController::opened(const ProviderFacts &facts, const Provider &provider, const std::string &key,
                                              const ClientListeners &heard) const
{
    ChatClientOptions options;
    options.on_request = heard.on_request;
    options.on_retry = heard.on_retry;
    options.limits = limits_of(facts);
    if (facts.context > 0)
        options.context = facts.context;
    auto model = open_chat_model(provider, key, facts.model.toStdString(), transport_, std::move(options));
    if (!model)
        return forward(model);
    OpenedChat chat{facts};
    chat.model = std::move(*model);
    chat.price = store_.price_of(facts);
    chat.names = provider.is_local || facts.names;
    chat.leaving = what_leaves(provider, chat.names);
    chat.is_agreed = store_.is_agreed(facts);
    return chat;
}

void ProviderController::agree(const OpenedChat &opened)
{
    store_.agree(opened.facts);
}

void ProviderController::learn_from(const OpenedChat &opened)
{
    if (opened.model && opened.model->context())
        store_.learn_context(opened.facts.provider, opened.facts.model, *opened.model->context());
}

} // namespace ca
