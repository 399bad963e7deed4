// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/svg.h"

#include "core/base/units.h"
#include "core/report/writers/markup.h"

#include <array>
#include <cmath>

namespace ca::report {
namespace {

std::string number(double value)
{
    const std::string text = to_text(std::isfinite(value) ? value : 0, 1);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string attribute(const char *name, const std::string &value)
{
    return std::string(" ") + name + "=\"" + value + "\"";
}

std::string attribute(const char *name, double value)
{
    return attribute(name, number(value));
}

std::string hex(Colour colour)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "#";
    for (const unsigned shift : {20U, 16U, 12U, 8U, 4U, 0U})
        text += digits[(colour >> shift) & 0xfU];
    return text;
}

std::string outline(const Pen &pen)
{
    if (pen.width <= 0)
        return {};
    return attribute("stroke", hex(pen.colour)) + attribute("stroke-width", pen.width)
        + (pen.dashed ? attribute("stroke-dasharray", "6 4") : std::string());
}

std::string list_of(const std::vector<Point> &points)
{
    std::string list;
    for (const Point &point : points)
        list += (list.empty() ? "" : " ") + number(point.x) + "," + number(point.y);
    return list;
}

/// An element's name, and all up to its content.
struct Element {
    std::string name, attributes, content{};
};

Element element_of(const LineShape &shape)
{
    return {"polyline", attribute("points", list_of(shape.points)) + attribute("fill", "none") + outline(shape.pen)};
}

Element element_of(const PolygonShape &shape)
{
    return {"polygon", attribute("points", list_of(shape.points)) + attribute("fill", hex(shape.fill)) + outline(shape.pen)};
}

Element element_of(const RectangleShape &shape)
{
    return {"rect",
            attribute("x", shape.corner.x) + attribute("y", shape.corner.y) + attribute("width", std::max(0.0, shape.width))
                + attribute("height", std::max(0.0, shape.height)) + attribute("fill", hex(shape.fill)) + outline(shape.pen)};
}

Element element_of(const CircleShape &shape)
{
    return {"circle",
            attribute("cx", shape.centre.x) + attribute("cy", shape.centre.y) + attribute("r", shape.radius)
                + attribute("fill", hex(shape.fill)) + outline(shape.pen)};
}

Element element_of(const TextShape &shape)
{
    constexpr std::array<const char *, 3> anchors{"start", "middle", "end"};
    const std::string x = number(shape.baseline.x), y = number(shape.baseline.y);
    std::string attributes =
        attribute("x", x) + attribute("y", y) + attribute("font-size", shape.size) + attribute("fill", hex(shape.colour));
    if (shape.anchor != TextShape::Anchor::start)
        attributes += attribute("text-anchor", anchors[static_cast<std::size_t>(shape.anchor)]);
    if (shape.strong)
        attributes += attribute("font-weight", "600");
    if (shape.upwards)
        attributes += attribute("transform", "rotate(-90 " + x + " " + y + ")");
    return {"text", attributes, escaped(shape.text)};
}

std::string to_svg(const Shape &shape)
{
    const Element element = std::visit([](const auto &what) { return element_of(what); }, shape.what);
    const std::string content = element.content + (shape.hint.empty() ? "" : "<title>" + escaped(shape.hint) + "</title>");
    const std::string start = "<" + element.name + element.attributes;
    return content.empty() ? start + "/>\n" : start + ">" + content + "</" + element.name + ">\n";
}

} // namespace

std::string to_svg(const Drawing &drawing)
{
    const std::string width = number(drawing.width), height = number(drawing.height);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height + "\" viewBox=\"0 0 "
        + width + " " + height + "\" role=\"img\" aria-label=\""
        + escaped(drawing.title + (drawing.description.empty() ? "" : ". " + drawing.description))
        + "\" font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">\n";
    svg += "<title>" + escaped(drawing.title) + "</title>\n<desc>" + escaped(drawing.description) + "</desc>\n";
    svg += "<rect width=\"" + width + "\" height=\"" + height + "\" fill=\"#ffffff\"/>\n";
    for (const Shape &shape : drawing.shapes)
        svg += to_svg(shape);
    return svg + "</svg>\n";
}

} // namespace ca::report
