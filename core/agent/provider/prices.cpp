// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/prices.h"

#include "core/base/json.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

constexpr double kMillion = 1e6;
constexpr double kClaudeRead = 0.1, kClaudeWritten = 1.25; // of the price of input

// Published at developers.openai.com/api/docs/pricing and platform.claude.com/docs/en/about-claude/pricing. Models whose price
// depends on how long a prompt is are not listed.
constexpr std::string_view kDate = "November 2026";
std::vector<Price> published()
{
    return {
        {"gpt-5.4", 2.5, 15, 0.25},
        {"gpt-5.4-mini", 0.75, 4.5, 0.075},
        {"gpt-5.2", 1.75, 14, 0.175},
        {"gpt-5.1", 1.25, 10, 0.125},
        {"gpt-5", 1.25, 10, 0.125},
        {"gpt-5-mini", 0.25, 2, 0.025},
        {"gpt-5-nano", 0.05, 0.4, 0.005},
        {"gpt-4.1", 2, 8, 0.5},
        {"gpt-4.1-mini", 0.4, 1.6, 0.1},
        {"gpt-4.1-nano", 0.1, 0.4, 0.025},
        {"gpt-4o", 2.5, 10, 1.25},
        {"gpt-4o-mini", 0.15, 0.6, 0.075},
        {"o3", 2, 8, 0.5},
        {"o4-mini", 1.1, 4.4, 0.275},
        {"claude-fable-5-1", 10, 50, 0.25},
        {"claude-fable-5", 10, 50},
        {"claude-opus-5-5", 4, 20, 0.2},
        {"claude-opus-5", 5, 25},
        {"claude-opus-4-8", 5, 25},
        {"claude-opus-4-7", 5, 25},
        {"claude-opus-4-6", 5, 25},
        {"claude-opus-4-5", 5, 25},
        {"claude-opus-4-1", 15, 75},
        {"claude-sonnet-5-5", 2, 10, 0.1},
        {"claude-sonnet-5", 2, 10},
        {"claude-sonnet-4-6", 3, 15},
        {"claude-sonnet-4-5", 3, 15},
        {"claude-haiku-4-5", 1, 5},
    };
}

/// `2025-08-07`, `20250929`, `latest`.
bool is_date(std::string_view text)
{
    if (text == "latest")
        return true;
    const std::string_view shape = text.size() == 8 ? "dddddddd" : "dddd-dd-dd";
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                      [](char c, char kind) { return kind == '-' ? c == '-' : c >= '0' && c <= '9'; });
}

tl::unexpected<Error> not_a_price(const std::string &model, const std::string &what)
{
    return fail(ErrorCode::bad_format,
                "The price of " + clean_text(model) + " " + what
                    + R"(. Write it in dollars for a million tokens: {"input": 1.25, "output": 10, "cached": 0.125}.)");
}

/// Absent where `value` has no such field.
Result<std::optional<double>> dollars(const std::string &model, const Json &value, const char *name)
{
    const auto found = value.find(name);
    if (found == value.end() || found->is_null())
        return std::optional<double>();
    if (!found->is_number() || found->get<double>() < 0)
        return not_a_price(model, "has a field " + std::string(name) + " that is no amount");
    return found->get<double>();
}

Result<Price> parse_price(const std::string &model, const Json &value)
{
    constexpr std::array kNames{"input", "output", "cached", "cache_written"};
    if (!value.is_object())
        return not_a_price(model, "is no set of amounts");
    for (const auto &[name, amount] : value.items())
        if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
            return not_a_price(model, "has a field " + clean_text(name) + " that means nothing");
    std::array<std::optional<double>, kNames.size()> amounts;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        const auto amount = dollars(model, value, kNames[i]);
        if (!amount)
            return forward(amount);
        amounts[i] = *amount;
    }
    if (!amounts[0] || !amounts[1])
        return not_a_price(model, "lacks its input or its output");
    return Price{model, *amounts[0], *amounts[1], amounts[2], amounts[3]};
}

} // namespace

double cost(const Usage &usage, const Price &price)
{
    const bool is_claude = price.model.starts_with("claude");
    const double cached = price.cached.value_or(is_claude ? price.input * kClaudeRead : price.input);
    const double written = price.cache_written.value_or(is_claude ? price.input * kClaudeWritten : price.input);
    const auto plain = std::max<std::int64_t>(0, usage.input - usage.cached - usage.cache_written);
    const auto of = [](std::int64_t tokens, double dollars_a_million) {
        return static_cast<double>(tokens) * dollars_a_million / kMillion;
    };
    return of(plain, price.input) + of(usage.cached, cached) + of(usage.cache_written, written) + of(usage.output, price.output);
}

PriceTable::PriceTable() : prices_(published()) { }

Result<PriceTable> PriceTable::with(std::string_view overrides)
{
    PriceTable table;
    if (overrides.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return table;
    const auto json = parse_json(overrides, "The list of prices", 4);
    if (!json)
        return forward(json);
    if (!json->is_object())
        return fail(ErrorCode::bad_format,
                    R"(The list of prices is no object. Write it as {"MODEL": {"input": 1.25, "output": 10}}.)");
    for (const auto &[model, value] : json->items()) {
        auto price = parse_price(model, value);
        if (!price)
            return forward(price);
        table.set(std::move(*price));
    }
    return table;
}

void PriceTable::set(Price price)
{
    const auto found = std::find_if(prices_.begin(), prices_.end(), [&](const Price &old) { return old.model == price.model; });
    if (found != prices_.end())
        *found = std::move(price);
    else
        prices_.push_back(std::move(price));
}

const Price *PriceTable::find(std::string_view model) const
{
    const Price *dated = nullptr;
    for (const Price &price : prices_) {
        if (price.model == model)
            return &price;
        const bool is_longer = model.size() > price.model.size() && model.starts_with(price.model);
        if (is_longer && model[price.model.size()] == '-' && is_date(model.substr(price.model.size() + 1)))
            dated = &price;
    }
    return dated;
}

std::string_view PriceTable::date()
{
    return kDate;
}

std::optional<double> cost_of(const Usage &usage, const PriceTable &prices, const Endpoint &endpoint)
{
    if (endpoint.is_local)
        return 0;
    const Price *const price = prices.find(endpoint.model);
    return price ? std::optional<double>(cost(usage, *price)) : std::nullopt;
}

std::string cost_text(const std::optional<double> &dollars, bool is_estimate)
{
    if (!dollars)
        return "price unknown";
    constexpr double kSmall = 1; // below it, cents are too coarse
    return (is_estimate ? "about $" : "$") + to_text(*dollars, *dollars < kSmall ? 4 : 2);
}

} // namespace ca
