// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/stored_weight.h"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace ca {

/// Codes of layers that were rounded with compensation before. They depend on what the layer reads, and so on all layers before
/// it: a key says all of that. Holds the latest 256 MB. May be used from several threads at once.
class RoundedLayers {
public:
    [[nodiscard]] std::optional<IntegerWeight> find(const std::string &key) const;
    void keep(const std::string &key, const IntegerWeight &weight);

private:
    mutable std::mutex mutex_;
    std::map<std::string, IntegerWeight> layers_;
    std::deque<std::string> order_; ///< in which they came
    std::size_t bytes_ = 0;
};

/// Grows with each layer that the network runs, to the key of what the next is rounded on.
class RoundingKey {
public:
    /// `scheme` null: the layer stays float. `range`: of its input, where that is rounded.
    void add(const std::string &layer, const Scheme *scheme, const RecipeOptions &options,
             std::optional<std::pair<float, float>> range);
    [[nodiscard]] const std::string &text() const { return text_; }

private:
    std::string text_; ///< a hash of all that was added
};

} // namespace ca
