// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocate.h"

#include <algorithm>
#include <limits>

namespace ca {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::uint8_t kNoChoice = 255;

using Picks = std::vector<std::size_t>;

/// The best picks where each cost is rounded up to whole parts. Nothing where the cheapest do not fit so.
std::optional<Picks> solve_in_parts(std::span<const std::vector<Choice>> layers, std::int64_t budget, std::int64_t part)
{
    const auto width = static_cast<std::size_t>(budget / part) + 1;
    std::vector<double> least(width, 0); // damage of the layers so far within so many parts
    std::vector<std::vector<std::uint8_t>> picked;
    for (const std::vector<Choice> &choices : layers) {
        std::vector<double> next(width, kNever);
        std::vector<std::uint8_t> pick(width, kNoChoice);
        for (std::size_t choice = 0; choice < choices.size(); ++choice) {
            const auto cost = static_cast<std::size_t>((choices[choice].cost + part - 1) / part);
            for (std::size_t parts = cost; parts < width; ++parts) {
                const double damage = least[parts - cost] + choices[choice].damage;
                if (damage < next[parts]) {
                    next[parts] = damage;
                    pick[parts] = static_cast<std::uint8_t>(choice);
                }
            }
        }
        least = std::move(next);
        picked.push_back(std::move(pick));
    }
    if (least.back() == kNever)
        return std::nullopt;

    Picks picks(layers.size());
    std::size_t parts = width - 1;
    for (std::size_t layer = layers.size(); layer-- > 0;) {
        picks[layer] = picked[layer][parts];
        parts -= static_cast<std::size_t>((layers[layer][picks[layer]].cost + part - 1) / part);
    }
    return picks;
}

std::int64_t total_cost(std::span<const std::vector<Choice>> layers, const Picks &picks)
{
    std::int64_t cost = 0;
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
        cost += layers[layer][picks[layer]].cost;
    return cost;
}

Picks cheapest(std::span<const std::vector<Choice>> layers)
{
    Picks picks;
    for (const std::vector<Choice> &choices : layers)
        picks.push_back(static_cast<std::size_t>(
            std::min_element(choices.begin(), choices.end(), [](const Choice &a, const Choice &b) { return a.cost < b.cost; })
            - choices.begin()));
    return picks;
}

/// Spends what is left on the change that heals most, again and again.
void spend(std::span<const std::vector<Choice>> layers, std::int64_t left, Picks &picks)
{
    for (;;) {
        double best = 0;
        std::size_t best_layer = 0, best_choice = 0;
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            const Choice &now = layers[layer][picks[layer]];
            for (std::size_t choice = 0; choice < layers[layer].size(); ++choice) {
                const Choice &other = layers[layer][choice];
                if (other.cost - now.cost > left || now.damage - other.damage <= best)
                    continue;
                best = now.damage - other.damage;
                best_layer = layer;
                best_choice = choice;
            }
        }
        if (best <= 0)
            return;
        left -= layers[best_layer][best_choice].cost - layers[best_layer][picks[best_layer]].cost;
        picks[best_layer] = best_choice;
    }
}

} // namespace

std::optional<std::vector<std::size_t>> allocate(std::span<const std::vector<Choice>> layers, std::int64_t budget,
                                                 std::int64_t cells)
{
    if (layers.empty())
        return Picks{};
    for (const std::vector<Choice> &choices : layers)
        if (choices.empty() || choices.size() >= kNoChoice)
            return std::nullopt;
    Picks picks = cheapest(layers);
    if (total_cost(layers, picks) > budget)
        return std::nullopt;
    const std::int64_t part = std::max<std::int64_t>(1, (budget + cells - 1) / cells);
    if (auto solved = solve_in_parts(layers, budget, part))
        picks = std::move(*solved);
    spend(layers, budget - total_cost(layers, picks), picks);
    return picks;
}

} // namespace ca
