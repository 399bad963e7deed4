// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/rounded_layers.h"

#include "core/base/sha256.h"

namespace ca {
namespace {

constexpr std::size_t kMostBytes = 256u << 20;

std::size_t bytes_of(const IntegerWeight &weight)
{
    return weight.values.size() + weight.zeros.size() + sizeof(float) * weight.scales.size();
}

} // namespace

std::optional<IntegerWeight> RoundedLayers::find(const std::string &key) const
{
    const std::lock_guard lock(mutex_);
    const auto found = layers_.find(key);
    return found == layers_.end() ? std::nullopt : std::optional(found->second);
}

void RoundedLayers::keep(const std::string &key, const IntegerWeight &weight)
{
    const std::lock_guard lock(mutex_);
    if (!layers_.emplace(key, weight).second)
        return;
    order_.push_back(key);
    bytes_ += bytes_of(weight);
    while (bytes_ > kMostBytes && order_.size() > 1) {
        const auto oldest = layers_.find(order_.front());
        bytes_ -= bytes_of(oldest->second);
        layers_.erase(oldest);
        order_.pop_front();
    }
}

void RoundingKey::add(const std::string &layer, const Scheme *scheme, const RecipeOptions &options,
                      std::optional<std::pair<float, float>> range)
{
    Recipe one;
    one.options = options;
    one.options.correct_biases = false; // comes after rounding
    if (scheme)
        one.layers[layer] = *scheme;
    Json grown{{"before", text_}, {"layer", layer}, {"recipe", to_json(one)}};
    if (range)
        grown["range"] = {range->first, range->second};
    text_ = sha256(canonical(grown));
}

} // namespace ca
