// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <string>
#include <string_view>
#include <vector>

namespace ca::report {

// Colours of every chart. Beside their hue they differ in brightness, so that they survive grey printing.
inline constexpr Colour kWhite = 0xffffff, kInk = 0x16191c, kText = 0x33383e, kNote = 0x5c646c, kFrame = 0x9aa2aa,
                        kGrid = 0xe6e9ec, kAccent = 0x1f5fa8, kFloat = 0xc4651a, kFaint = 0x8a949e, kLoss = 0x8c2d04,
                        kGain = 0x4f9bd9;
// Of fonts: a width of 960 becomes that of the text on A4, where 13 is just below 7 pt.
inline constexpr double kTitleSize = 17, kTextSize = 13;

/// `top` over `ground` where it lets through all but `share`, 0 to 1: drawings are opaque.
[[nodiscard]] Colour blended(Colour top, double share, Colour ground = kWhite);

/// The colour map viridis at 0 (dark) to 1 (bright).
[[nodiscard]] Colour viridis(double place);
/// Black or white, whichever is easier to read on `ground`.
[[nodiscard]] Colour text_on(Colour ground);

/// Generous: in fonts that differ, no text is wider. Letters of Chinese, Japanese and Korean, and pictures, count as whole
/// squares.
[[nodiscard]] double text_width(std::string_view text, double size);
/// `text` without controls; where it is wider than `width` with its middle left out.
[[nodiscard]] std::string fitted(std::string_view text, double size, double width);

/// A step of 1, 2 or 5 times a power of ten that cuts `range`, which is positive, into at most `most`.
[[nodiscard]] double round_step(double range, double most);
/// The multiples of round_step from `low` to `high`.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, double most);
/// A multiple of `step`, with as many digits as `step` has.
[[nodiscard]] std::string tick_text(double value, double step);

[[nodiscard]] Shape line(Point from, Point to, Pen pen);
[[nodiscard]] Shape text(std::string content, Point baseline, TextShape::Anchor anchor, double size, Colour colour,
                         bool strong = false);
/// With its title, and a heading of it at `left`, shortened where it is wider than the drawing.
[[nodiscard]] Drawing titled_drawing(double width, double height, const std::string &title, double left);
/// Along the left side, from below to above, its middle at `middle`.
[[nodiscard]] Shape text_upwards(std::string content, Point middle);

/// An axis of numbers along a side of a plot.
struct Axis {
    double low = 0, high = 1; ///< values at its ends
    double from = 0, to = 1;  ///< places of them

    [[nodiscard]] double place(double value) const { return from + (value - low) / (high - low) * (to - from); }
};
/// Lines of the grid at `ticks`, with their numbers: below the plot, and to the left of it.
void draw_ticks_below(Drawing &drawing, const Axis &x, const Axis &y, const std::vector<double> &ticks);
void draw_ticks_beside(Drawing &drawing, const Axis &x, const Axis &y, const std::vector<double> &ticks);
/// Around the plot.
void draw_frame(Drawing &drawing, const Axis &x, const Axis &y);

} // namespace ca::report
