// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/provider_store.h"

#include "core/base/json.h"
#include "ui/common/words.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <limits>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostKept = 64;        // entries; a list that a person chooses from
constexpr int kLoadingSeconds = 300; // that a model on this machine may take to be loaded

QJsonObject to_json(const ProviderFacts &facts)
{
    return {{u"provider"_s, facts.provider},   {u"model"_s, facts.model},       {u"context"_s, facts.context},
            {u"first"_s, facts.first_seconds}, {u"idle"_s, facts.idle_seconds}, {u"names"_s, facts.names}};
}

/// Of a file that a person may have edited: what makes no sense is as usual.
ProviderFacts from_json(const QJsonObject &json)
{
    ProviderFacts facts;
    facts.provider = json[u"provider"_s].toString();
    facts.model = json[u"model"_s].toString();
    facts.context = std::max(0, json[u"context"_s].toInt());
    facts.first_seconds = std::max(1, json[u"first"_s].toInt(facts.first_seconds));
    facts.idle_seconds = std::max(1, json[u"idle"_s].toInt(facts.idle_seconds));
    facts.names = json[u"names"_s].toBool();
    return facts;
}

bool is_offline(const QString &provider)
{
    return provider == ProviderFacts().provider;
}

auto same_as(const QString &provider, const QString &model)
{
    return [=](const ProviderFacts &facts) { return facts.provider == provider && facts.model == model; };
}

/// In the list of providers that the person has agreed to.
QString agreement(const QString &provider, bool names)
{
    return names ? provider + u" names"_s : provider;
}

Json to_json(const Price &price)
{
    Json json{{"input", price.input}, {"output", price.output}};
    if (price.cached)
        json["cached"] = *price.cached;
    if (price.cache_written)
        json["cache_written"] = *price.cache_written;
    return json;
}

} // namespace

ProviderStore::ProviderStore(Settings &settings, std::vector<Provider> known, QObject *parent)
    : QObject(parent), settings_(settings), known_(std::move(known))
{
}

Result<Provider> ProviderStore::provider(const QString &word) const
{
    const std::string text = word.toStdString();
    const auto found = std::find_if(known_.begin(), known_.end(), [&](const Provider &known) { return known.id == text; });
    return found != known_.end() ? *found : find_provider(text);
}

QString ProviderStore::word_of(const Provider &provider) const
{
    const bool has_name = std::find(known_.begin(), known_.end(), provider) != known_.end();
    return words::from(has_name ? provider.id : provider.base);
}

bool ProviderStore::is_local(const QString &word) const
{
    const auto found = provider(word);
    return found && found->is_local;
}

std::vector<ProviderFacts> ProviderStore::kept() const
{
    std::vector<ProviderFacts> all;
    const QByteArray text = settings_.value(Setting::chat_providers).toString().toUtf8();
    for (const QJsonValue &json : QJsonDocument::fromJson(text).array()) {
        ProviderFacts facts = from_json(json.toObject());
        if (!facts.model.isEmpty() && !is_offline(facts.provider) && provider(facts.provider) && all.size() < kMostKept)
            all.push_back(std::move(facts));
    }
    return all;
}

void ProviderStore::keep(const std::vector<ProviderFacts> &all)
{
    QJsonArray json;
    for (const ProviderFacts &facts : all)
        json.append(to_json(facts));
    settings_.set(Setting::chat_providers, QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact)));
}

ProviderFacts ProviderStore::with_price(ProviderFacts facts) const
{
    if (const auto price = price_of(facts)) {
        facts.price_in = price->input;
        facts.price_out = price->output;
    }
    return facts;
}

std::vector<ProviderFacts> ProviderStore::configured() const
{
    std::vector<ProviderFacts> all = kept();
    for (ProviderFacts &facts : all)
        facts = with_price(std::move(facts));
    return all;
}

ProviderFacts ProviderStore::facts(const QString &provider, const QString &model) const
{
    if (is_offline(provider))
        return {};
    const auto all = kept();
    const auto found = std::find_if(all.begin(), all.end(), same_as(provider, model));
    if (found != all.end())
        return with_price(*found);
    ProviderFacts facts;
    facts.provider = provider;
    facts.model = model;
    if (is_local(provider))
        facts.first_seconds = kLoadingSeconds;
    const auto sibling =
        std::find_if(all.begin(), all.end(), [&](const ProviderFacts &other) { return other.provider == provider; });
    if (sibling != all.end())
        facts.names = sibling->names;
    return with_price(std::move(facts));
}

ProviderFacts ProviderStore::current() const
{
    const QStringList chosen = settings_.value(Setting::chat_current).toStringList();
    const auto all = kept();
    const auto found = std::find_if(all.begin(), all.end(), same_as(chosen.value(0), chosen.value(1)));
    return found != all.end() ? with_price(*found) : ProviderFacts();
}

void ProviderStore::use(const ProviderFacts &facts)
{
    ProviderFacts used = facts;
    if (!is_offline(facts.provider)) {
        const auto who = provider(facts.provider);
        if (!who)
            return;
        used.provider = word_of(*who); // one word for all ways of writing an address
        keep_in_place(used);
        keep_price(used);
    }
    settings_.set(Setting::chat_current, is_offline(used.provider) ? QStringList() : QStringList{used.provider, used.model});
    Q_EMIT changed();
}

void ProviderStore::keep_in_place(const ProviderFacts &facts)
{
    auto all = kept();
    const auto found = std::find_if(all.begin(), all.end(), same_as(facts.provider, facts.model));
    if (found != all.end())
        *found = facts;
    else
        all.push_back(facts);
    if (all.size() > kMostKept)
        all.erase(all.begin());
    for (ProviderFacts &other : all)
        if (other.provider == facts.provider)
            other.names = facts.names;
    keep(all);
}

void ProviderStore::learn_context(const QString &provider, const QString &model, std::int64_t tokens)
{
    auto all = kept();
    const auto found = std::find_if(all.begin(), all.end(), same_as(provider, model));
    if (found == all.end() || tokens <= 0 || tokens > std::numeric_limits<int>::max() || found->context == tokens)
        return;
    found->context = static_cast<int>(tokens);
    keep(all);
    Q_EMIT changed();
}

void ProviderStore::remove(const QString &provider, const QString &model)
{
    auto all = kept();
    std::erase_if(all, same_as(provider, model));
    keep(all);
    Q_EMIT changed();
}

PriceTable ProviderStore::prices() const
{
    return PriceTable::with(settings_.value(Setting::chat_prices).toString().toStdString()).value_or(PriceTable());
}

std::vector<Price> ProviderStore::own_prices() const
{
    const std::string text = settings_.value(Setting::chat_prices).toString().toStdString();
    const auto json = parse_json(text, "The list of prices");
    const PriceTable table = prices();
    std::vector<Price> own;
    for (const Price &price : table.prices())
        if (json && json->contains(price.model))
            own.push_back(price);
    return own;
}

void ProviderStore::set_own_prices(const std::vector<Price> &prices)
{
    write_prices(prices);
    Q_EMIT changed();
}

void ProviderStore::write_prices(const std::vector<Price> &prices)
{
    Json json = Json::object();
    for (const Price &price : prices)
        json[price.model] = to_json(price);
    settings_.set(Setting::chat_prices, json.empty() ? QString() : words::from(canonical(json)));
}

/// Prices that are the list's own are not the person's: they change with it.
void ProviderStore::keep_price(const ProviderFacts &facts)
{
    if (is_local(facts.provider))
        return;
    const std::string model = facts.model.toStdString();
    const bool is_known = facts.price_in && facts.price_out;
    const PriceTable table = prices();
    const Price *const now = table.find(model);
    if (is_known && now && now->input == *facts.price_in && now->output == *facts.price_out)
        return;
    auto own = own_prices();
    std::erase_if(own, [&](const Price &price) { return price.model == model; });
    if (is_known)
        own.push_back({model, *facts.price_in, *facts.price_out});
    write_prices(own);
}

std::optional<Price> ProviderStore::price_of(const ProviderFacts &facts) const
{
    const std::string model = facts.model.toStdString();
    if (is_local(facts.provider))
        return Price{model, 0, 0};
    const PriceTable table = prices();
    const Price *const price = table.find(model);
    return price ? std::optional(*price) : std::nullopt;
}

bool ProviderStore::is_agreed(const ProviderFacts &facts) const
{
    const QStringList agreed = settings_.value(Setting::chat_agreed).toStringList();
    return is_offline(facts.provider) || is_local(facts.provider) || agreed.contains(agreement(facts.provider, true))
        || agreed.contains(agreement(facts.provider, facts.names));
}

void ProviderStore::agree(const ProviderFacts &facts)
{
    if (is_agreed(facts))
        return;
    QStringList agreed = settings_.value(Setting::chat_agreed).toStringList();
    agreed.append(agreement(facts.provider, facts.names));
    settings_.set(Setting::chat_agreed, agreed);
}

} // namespace ca
