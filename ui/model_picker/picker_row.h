// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <optional>

namespace ca {

/// A model that can be opened by a click.
struct PickerRow {
    QString id; ///< a key of the zoo, or a file
    QString name;
    QString facts;                       ///< below the name
    QString more;                        ///< a third line: the memory that it needs
    QString place;                       ///< file or folder, for the tooltip
    std::optional<Availability> there{}; ///< absent where it goes without saying
    bool takes_weights = false;          ///< of the zoo: opens with other weights, or random ones
    bool operator==(const PickerRow &) const = default;
};

} // namespace ca
