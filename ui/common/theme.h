// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace ca {

/// Every colour of the window by what it is for. No other file names a colour.
struct Theme {
    bool dark = false;
    QColor background, panel;   ///< window; panes
    QColor line, grid;          ///< borders; chart grid and row lines
    QColor ink, dim, faint;     ///< text; secondary text; disabled text and dominated points
    QColor accent, accent_soft; ///< front, ring, primary button; active tab
    QColor selection;           ///< rows
    QColor good, warning, bad;  ///< state words; always with a word or a shape too

    bool operator==(const Theme &) const = default;
};

[[nodiscard]] const Theme &light_theme();
[[nodiscard]] const Theme &dark_theme();

/// Qt 6.4 has no colour scheme to ask for, so a palette is dark where its window is darker than the text on it.
[[nodiscard]] bool is_dark(const QPalette &palette);
[[nodiscard]] const Theme &theme_of(const QPalette &palette);

[[nodiscard]] QPalette palette_of(const Theme &theme);

/// Perceptually uniform and safe for colour-blind eyes; 0 is dark, 1 is light; values outside are clamped.
/// Source: Smith and van der Walt 2015 (CC0), rounded to 8 bits.
[[nodiscard]] QColor viridis(double value);

/// WCAG 2 contrast of two colours, 1 to 21.
[[nodiscard]] double contrast(const QColor &one, const QColor &other);
/// White or near-black, whichever is read more easily on `ground`.
[[nodiscard]] QColor text_on(const QColor &ground);

} // namespace ca
