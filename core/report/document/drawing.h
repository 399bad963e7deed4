// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ca::report {

/// 0xRRGGBB.
using Colour = std::uint32_t;

struct Point {
    double x = 0, y = 0;
};

/// How a shape is drawn. A width of 0: no outline.
struct Pen {
    Colour colour = 0;
    double width = 1;
    bool dashed = false;
};

struct LineShape {
    std::vector<Point> points; ///< joined in order
    Pen pen{};
};
struct PolygonShape {
    std::vector<Point> points; ///< closed
    Colour fill = 0;
    Pen pen{.width = 0};
};
struct RectangleShape {
    Point corner; ///< the upper left one
    double width = 0, height = 0;
    Colour fill = 0;
    Pen pen{.width = 0};
};
struct CircleShape {
    Point centre;
    double radius = 0;
    Colour fill = 0;
    Pen pen{.width = 0};
};
struct TextShape {
    enum class Anchor { start, middle, end };
    Point baseline; ///< of its anchor
    std::string text;
    double size = 12; ///< of the font
    Colour colour = 0;
    Anchor anchor = Anchor::start;
    bool strong = false;
    bool upwards = false; ///< turned by 90 degrees against the clock
};

/// A shape, and what a reader sees on hovering where the medium has that.
struct Shape {
    std::variant<LineShape, PolygonShape, RectangleShape, CircleShape, TextShape> what;
    std::string hint{};
};

/// A picture of shapes on white, the first at the bottom: the same in HTML, on paper and in a file of its own. Opaque, of no font
/// but the medium's sans serif one, about whose widths it assumes 0.6 of the size for a character. y grows downwards.
struct Drawing {
    double width = 960, height = 600;
    std::string title;       ///< a short name
    std::string description; ///< what it shows, for those who do not see it
    std::vector<Shape> shapes;
    std::string file{}; ///< where the results keep it beside the report, `pareto.svg`; empty: nowhere
};

} // namespace ca::report
