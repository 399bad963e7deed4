// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation_groups.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ca {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 53; // sums up to here are exact in a double

template <typename Container, typename Text>
std::string listed(const Container &items, const Text &text)
{
    std::string result;
    for (const auto &item : items)
        result += (result.empty() ? "" : ", ") + text(item);
    return result;
}

std::string formats(const std::vector<const FormatChoice *> &choices)
{
    return listed(choices, [](const FormatChoice *choice) { return choice->format; });
}

class GroupBuilder {
public:
    GroupBuilder(const AllocationProblem &problem, bool latency_counts) : problem_(problem), latency_counts_(latency_counts) { }

    Result<std::vector<LayerGroup>> build();

private:
    [[nodiscard]] Status check_layers();
    [[nodiscard]] Status check_names() const;
    [[nodiscard]] Status check_layer(const std::string &name, const char *what) const;
    [[nodiscard]] std::vector<std::vector<std::size_t>> tied_layers() const;
    [[nodiscard]] bool usable(const FormatChoice &choice) const;
    [[nodiscard]] bool allowed(const LayerChoices &layer, const FormatChoice &choice) const;
    [[nodiscard]] std::vector<const FormatChoice *> allowed_choices(const LayerChoices &layer) const;
    [[nodiscard]] Error nothing_left(const LayerChoices &layer) const;
    [[nodiscard]] Error nothing_pinned(const LayerChoices &layer, const std::string &pin) const;
    [[nodiscard]] Error nothing_in_common(const std::vector<std::size_t> &layers) const;
    [[nodiscard]] std::optional<GroupOption> option(const std::vector<std::size_t> &layers, const std::string &format) const;
    [[nodiscard]] Result<LayerGroup> group(std::vector<std::size_t> layers) const;

    const AllocationProblem &problem_;
    const bool latency_counts_;
    std::map<std::string, std::size_t, std::less<>> places_; ///< of layers, by name
};

Status GroupBuilder::check_layers()
{
    if (problem_.other_bytes < 0 || problem_.other_bytes > kMostBytes)
        return fail(ErrorCode::bad_data,
                    "The rest of the file has " + std::to_string(problem_.other_bytes)
                        + " bytes; sizes lie between 0 and 2^53 bytes in all.");
    std::int64_t left = kMostBytes - problem_.other_bytes;
    for (std::size_t i = 0; i < problem_.layers.size(); ++i) {
        const LayerChoices &layer = problem_.layers[i];
        if (!places_.emplace(layer.name, i).second)
            return fail(ErrorCode::bad_data, "Two layers are called " + layer.name + ". Give each its own name.");
        std::set<std::string_view> names;
        std::int64_t most = 0;
        for (const FormatChoice &choice : layer.choices) {
            if (!names.insert(choice.format).second)
                return fail(ErrorCode::bad_data,
                            "The layer " + layer.name + " has " + choice.format + " twice. Give each choice its own name.");
            if (choice.bytes < 0 || choice.bytes > left)
                return fail(ErrorCode::bad_data,
                            "The layer " + layer.name + " has " + std::to_string(choice.bytes) + " bytes in " + choice.format
                                + "; sizes lie between 0 and 2^53 bytes in all.");
            most = std::max(most, choice.bytes);
        }
        left -= most;
    }
    return {};
}

Status GroupBuilder::check_layer(const std::string &name, const char *what) const
{
    if (places_.find(name) != places_.end())
        return {};
    return fail(ErrorCode::usage, "There is no layer " + name + ", which " + what + ". Name a layer of this model.");
}

Status GroupBuilder::check_names() const
{
    for (const auto &[layer, format] : problem_.pins)
        if (const auto found = check_layer(layer, "is pinned to a format"); !found)
            return found;
    for (const auto &[layer, bits] : problem_.minimum_bits)
        if (const auto found = check_layer(layer, "has a minimum width"); !found)
            return found;
    for (const auto &tie : problem_.ties)
        for (const std::string &layer : tie)
            if (const auto found = check_layer(layer, "is tied to others"); !found)
                return found;
    return {};
}

/// Ties that share a layer are one.
std::vector<std::vector<std::size_t>> GroupBuilder::tied_layers() const
{
    std::vector<std::size_t> first(problem_.layers.size()); // layer of each layer's group
    std::iota(first.begin(), first.end(), std::size_t{0});
    for (const auto &tie : problem_.ties)
        for (const std::string &name : tie) {
            const std::size_t a = first[places_.at(tie.front())], b = first[places_.at(name)];
            std::replace(first.begin(), first.end(), std::max(a, b), std::min(a, b));
        }
    std::vector<std::vector<std::size_t>> result(first.size());
    for (std::size_t layer = 0; layer < first.size(); ++layer)
        result[first[layer]].push_back(layer);
    result.erase(std::remove_if(result.begin(), result.end(), [](const auto &layers) { return layers.empty(); }), result.end());
    return result;
}

bool GroupBuilder::usable(const FormatChoice &choice) const
{
    return std::isfinite(choice.damage) && (!latency_counts_ || (choice.latency && std::isfinite(*choice.latency)));
}

bool GroupBuilder::allowed(const LayerChoices &layer, const FormatChoice &choice) const
{
    const auto pin = problem_.pins.find(layer.name);
    const auto least = problem_.minimum_bits.find(layer.name);
    return usable(choice) && problem_.forbidden.count(choice.format) == 0
        && (pin == problem_.pins.end() || pin->second == choice.format)
        && (least == problem_.minimum_bits.end() || choice.bits >= least->second);
}

std::vector<const FormatChoice *> GroupBuilder::allowed_choices(const LayerChoices &layer) const
{
    std::vector<const FormatChoice *> result;
    for (const FormatChoice &choice : layer.choices)
        if (allowed(layer, choice))
            result.push_back(&choice);
    return result;
}

Error GroupBuilder::nothing_pinned(const LayerChoices &layer, const std::string &pin) const
{
    const std::string start = "The layer " + layer.name + " is pinned to " + pin;
    const auto has = std::find_if(layer.choices.begin(), layer.choices.end(),
                                  [&](const FormatChoice &choice) { return choice.format == pin; });
    if (has == layer.choices.end())
        return {ErrorCode::constraint,
                start + ", which it does not have. It has "
                    + listed(layer.choices, [](const FormatChoice &choice) { return choice.format; }) + ".",
                {}};
    if (problem_.forbidden.count(pin) > 0)
        return {ErrorCode::constraint, start + ", which is forbidden. Lift one of the two.", {}};
    if (!usable(*has))
        return {ErrorCode::constraint, start + ", whose damage or latency there is not known. Pin it to another format.", {}};
    return {ErrorCode::constraint,
            start + " with " + std::to_string(has->bits) + " bits and must have at least "
                + std::to_string(problem_.minimum_bits.at(layer.name)) + ". Lift one of the two.",
            {}};
}

Error GroupBuilder::nothing_left(const LayerChoices &layer) const
{
    if (layer.choices.empty())
        return {ErrorCode::constraint, "The layer " + layer.name + " has no format to choose from.", {}};
    if (const auto pin = problem_.pins.find(layer.name); pin != problem_.pins.end())
        return nothing_pinned(layer, pin->second);
    const FormatChoice *widest = nullptr;
    for (const FormatChoice &choice : layer.choices)
        if (usable(choice) && problem_.forbidden.count(choice.format) == 0 && (!widest || choice.bits > widest->bits))
            widest = &choice;
    if (widest)
        return {ErrorCode::constraint,
                "No format of the layer " + layer.name + " has at least " + std::to_string(problem_.minimum_bits.at(layer.name))
                    + " bits: the widest that it may have is " + widest->format + " with " + std::to_string(widest->bits) + ".",
                {}};
    return {ErrorCode::constraint,
            "No format is left for the layer " + layer.name + ": of "
                + listed(layer.choices, [](const FormatChoice &choice) { return choice.format; })
                + " each is forbidden, or its damage or latency is not known.",
            {}};
}

Error GroupBuilder::nothing_in_common(const std::vector<std::size_t> &layers) const
{
    std::string each;
    for (const std::size_t layer : layers)
        each +=
            (each.empty() ? "" : "; ") + problem_.layers[layer].name + ": " + formats(allowed_choices(problem_.layers[layer]));
    return {ErrorCode::constraint,
            "Layers that must have the same format may have none in common (" + each + "). Untie them or allow a format to all.",
            {}};
}

std::optional<GroupOption> GroupBuilder::option(const std::vector<std::size_t> &layers, const std::string &format) const
{
    GroupOption result;
    for (const std::size_t layer : layers) {
        const LayerChoices &choices = problem_.layers[layer];
        const auto found = std::find_if(choices.choices.begin(), choices.choices.end(), [&](const FormatChoice &choice) {
            return choice.format == format && allowed(choices, choice);
        });
        if (found == choices.choices.end())
            return std::nullopt;
        result.costs[index_of(AllocationAxis::bytes)] += static_cast<double>(found->bytes);
        result.costs[index_of(AllocationAxis::latency)] += latency_counts_ ? *found->latency : 0;
        result.costs[index_of(AllocationAxis::damage)] += found->damage;
        result.choices.push_back(static_cast<std::size_t>(found - choices.choices.begin()));
    }
    return result;
}

Result<LayerGroup> GroupBuilder::group(std::vector<std::size_t> layers) const
{
    for (const std::size_t layer : layers)
        if (allowed_choices(problem_.layers[layer]).empty())
            return tl::unexpected(nothing_left(problem_.layers[layer]));
    std::vector<GroupOption> options;
    std::vector<Costs> costs;
    for (const FormatChoice &choice : problem_.layers[layers.front()].choices)
        if (auto found = option(layers, choice.format)) {
            costs.push_back(found->costs);
            options.push_back(std::move(*found));
        }
    if (options.empty())
        return tl::unexpected(nothing_in_common(layers));
    LayerGroup result{std::move(layers), {}};
    for (const std::size_t kept : nondominated(costs))
        result.options.push_back(std::move(options[kept]));
    return result;
}

Result<std::vector<LayerGroup>> GroupBuilder::build()
{
    if (const auto checked = check_layers(); !checked)
        return forward(checked);
    if (const auto checked = check_names(); !checked)
        return forward(checked);
    std::vector<LayerGroup> result;
    for (auto &layers : tied_layers()) {
        auto built = group(std::move(layers));
        if (!built)
            return forward(built);
        result.push_back(std::move(*built));
    }
    return result;
}

} // namespace

Result<std::vector<LayerGroup>> layer_groups(const AllocationProblem &problem, bool latency_counts)
{
    return GroupBuilder(problem, latency_counts).build();
}

Allocation with_totals(const AllocationProblem &problem, std::vector<std::size_t> choices)
{
    Allocation result{std::move(choices), problem.other_bytes, problem.other_latency, 0, 0};
    for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
        const FormatChoice &choice = problem.layers[layer].choices[result.choices[layer]];
        result.bytes += choice.bytes;
        result.damage += choice.damage;
        if (result.latency && choice.latency)
            *result.latency += *choice.latency;
        else
            result.latency.reset();
    }
    return result;
}

std::vector<std::string> unusable_choices(const AllocationProblem &problem)
{
    std::vector<std::string> result;
    for (const LayerChoices &layer : problem.layers)
        for (const FormatChoice &choice : layer.choices)
            if (!std::isfinite(choice.damage))
                result.push_back("The layer " + layer.name + " is never given " + choice.format
                                 + ": its damage there is no finite number.");
    return result;
}

} // namespace ca
