// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"
#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// US dollars for a million tokens of a model.
struct Price {
    std::string model; ///< its name without a date
    double input = 0, output = 0;
    std::optional<double> cached{};        ///< input read from the vendor's cache; absent: see `cost`
    std::optional<double> cache_written{}; ///< input written to it
    bool operator==(const Price &) const = default;
};

/// Dollars. A cached token without a price of its own counts as input; of a Claude model, as a tenth of that, and one that is
/// written to the cache as 1.25 times it.
[[nodiscard]] double cost(const Usage &usage, const Price &price);

/// What models cost: the list that the program brings along, under what the person has set.
class PriceTable {
public:
    PriceTable(); ///< what the vendors published
    /// `overrides`: {"MODEL": {"input": 1.25, "output": 10, "cached": 0.125, "cache_written": 1.25}}, the last two optional;
    /// empty: none. Errors: `bad_format`, naming what is wrong with which model.
    [[nodiscard]] static Result<PriceTable> with(std::string_view overrides);

    /// By its name, or its name without the date at its end (`-2025-08-07`, `-20250929`, `-latest`). Null: not known.
    [[nodiscard]] const Price *find(std::string_view model) const;
    /// Of the list that the program brings along.
    [[nodiscard]] static std::string_view date();
    [[nodiscard]] const std::vector<Price> &prices() const { return prices_; }

private:
    void set(Price price);
    std::vector<Price> prices_;
};

/// Dollars; none for a server on this machine, nothing where the price is not known.
[[nodiscard]] std::optional<double> cost_of(const Usage &usage, const PriceTable &prices, const Endpoint &endpoint);

/// "$0.0123", "$4.56"; "price unknown" for nothing; with "about" where it rests on an estimate.
[[nodiscard]] std::string cost_text(const std::optional<double> &dollars, bool is_estimate);

} // namespace ca
