// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/settings.h"
#include "core/agent/provider/prices.h"
#include "core/agent/provider/providers.h"
#include "ui/settings/provider_facts.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ca {

/// Who can answer in the chat, as the person has set it up, kept in the table of settings. Keys are no part of it.
class ProviderStore final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProviderStore)
public:
    /// `known`: those that have a name; others are found by their address.
    explicit ProviderStore(Settings &settings, std::vector<Provider> known = known_providers(), QObject *parent = nullptr);

    [[nodiscard]] const std::vector<Provider> &known() const { return known_; }
    /// By ProviderFacts::provider. Errors: as find_provider.
    [[nodiscard]] Result<Provider> provider(const QString &word) const;
    [[nodiscard]] QString word_of(const Provider &provider) const; ///< the other way

    /// One for each provider and model, in the order in which they were added; never the offline planner.
    [[nodiscard]] std::vector<ProviderFacts> configured() const;
    /// As configured; where it is not, what is usual for such a provider. With the prices of the table.
    [[nodiscard]] ProviderFacts facts(const QString &provider, const QString &model) const;
    [[nodiscard]] ProviderFacts current() const;

    /// Keeps it, in place of the one with the same provider and model, and has it answer from now on. Prices that are not the
    /// table's go into that; whether names are sent holds for all models of the provider.
    void use(const ProviderFacts &facts);
    /// What a server said that its model reads, in tokens. Of one that was not kept, nothing is.
    void learn_context(const QString &provider, const QString &model, std::int64_t tokens);
    void remove(const QString &provider, const QString &model);

    /// What the program brings along, under what the person has set.
    [[nodiscard]] PriceTable prices() const;
    [[nodiscard]] std::vector<Price> own_prices() const; ///< only what the person has set
    void set_own_prices(const std::vector<Price> &prices);
    /// Servers on this machine cost nothing. Absent: not known.
    [[nodiscard]] std::optional<Price> price_of(const ProviderFacts &facts) const;

    /// Whether the person has agreed to what leaves this machine for the provider, as it is set up now.
    [[nodiscard]] bool is_agreed(const ProviderFacts &facts) const;
    void agree(const ProviderFacts &facts);

Q_SIGNALS:
    void changed();

private:
    [[nodiscard]] std::vector<ProviderFacts> kept() const;
    void keep(const std::vector<ProviderFacts> &all);
    void keep_in_place(const ProviderFacts &facts);
    void write_prices(const std::vector<Price> &prices);
    void keep_price(const ProviderFacts &facts);
    [[nodiscard]] bool is_local(const QString &word) const;
    [[nodiscard]] ProviderFacts with_price(ProviderFacts facts) const;

    Settings &settings_;
    std::vector<Provider> known_;
};

} // namespace ca
