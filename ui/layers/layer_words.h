// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

/// How the sensitivity of layers is said.
namespace ca::words {

[[nodiscard]] QString measure(double value, Measure measure); ///< in a cell: "0.10", "197 k"
/// What the ends of the colour scale are.
[[nodiscard]] QString scale_explained(Measure measure, bool by_cosine);

/// At the head of a column: "static" for static-int8, which would not fit.
[[nodiscard]] QString format_heading(const QString &format);
[[nodiscard]] QString format_explained(const QString &format);

/// Lines for a tooltip.
[[nodiscard]] QString layer(const LayerFacts &layer);
[[nodiscard]] QString cell(const LayerFacts &layer, const HeatCell &cell, Measure measure, const QString &format, bool by_cosine);

/// Of the layer, of its weights, then of what images put in; a fact each.
[[nodiscard]] QStringList density(const LayerFacts &layer);
/// "The Beta density fits badly: heaped."; empty where it fits.
[[nodiscard]] QString trouble(const DensityFacts &density);

} // namespace ca::words
