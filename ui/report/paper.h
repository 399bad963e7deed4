// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"

#include <QFont>
#include <QTextCharFormat>

namespace ca::report {

/// Lengths on paper are tenths of a point, so that sizes of fonts, which Qt wants as whole numbers, are fine enough and nothing
/// depends on the resolution of a screen.
[[nodiscard]] constexpr double points(double value)
{
    return value * 10;
}
inline constexpr int kUnitsPerInch = 720;

/// A4 with margins of 18 mm at the sides.
inline constexpr double kPageWidth = points(595.3), kPageHeight = points(841.9);
inline constexpr double kLeftMargin = points(51), kTopMargin = points(60), kBottomMargin = points(57);
inline constexpr double kTextWidth = kPageWidth - 2 * kLeftMargin, kTextHeight = kPageHeight - kTopMargin - kBottomMargin;

/// Paper is always light.
[[nodiscard]] const Theme &paper_theme();

struct Face {
    double size = 9; ///< points
    QColor colour = paper_theme().ink;
    bool strong = false;
    bool code = false;
};
[[nodiscard]] QFont font_of(const Face &face);
[[nodiscard]] QTextCharFormat format_of(const Face &face);

} // namespace ca::report
