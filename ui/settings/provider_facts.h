// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace ca {

/// Who answers, and how they are reached, without the key.
struct ProviderFacts {
    QString provider = QStringLiteral("offline"); ///< `offline`, or as find_provider takes it: an id or an address
    QString model{};
    std::optional<double> price_in{}, price_out{}; ///< US dollars for a million tokens; absent: not known
    int context = 0;                               ///< tokens that the model reads; 0: not known
    int first_seconds = 60, idle_seconds = 60;     ///< to wait for the first byte, and between two
    bool names = false;                            ///< of layers, files and classes leave this machine
    bool operator==(const ProviderFacts &) const = default;
};

} // namespace ca
