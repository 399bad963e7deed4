// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/pareto_svg.h"

#include "core/base/json.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ca {
namespace {

// Pixels of the drawing: the frame of the plot inside 960 x 600.
constexpr double kLeft = 76, kRight = 932, kTop = 56, kBottom = 532;
constexpr double kFloorPoints = 15; // below the best: worse trials sit at the bottom edge, so that the front keeps its detail
constexpr double kLetter = 7.4;     // width of a letter at 12 pixels, generous
constexpr double kLineHeight = 14;

const char *const kStyle =
    "text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-size:12px;fill:#33383e}"
    ".title{font-size:16px;font-weight:600;fill:#16191c}.axis{font-size:13px}"
    ".grid{stroke:#e6e9ec;stroke-width:1}.frame{stroke:#9aa2aa;stroke-width:1;fill:none}"
    ".front{stroke:#1f5fa8;stroke-width:2;fill:none}.bar{stroke:#1f5fa8;stroke-width:1.2;opacity:.55}"
    ".on{fill:#1f5fa8;stroke:#ffffff;stroke-width:1.5}.off{fill:#8a949e;opacity:.55}"
    ".offbar{stroke:#8a949e;stroke-width:1;opacity:.35}.float{fill:#c4651a;stroke:#ffffff;stroke-width:1.5}"
    ".label{font-weight:600;fill:#16191c}.note{fill:#6a727a}";

std::string escape(const std::string &text)
{
    std::string result;
    for (const char c : clean_text(text)) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

std::string number(double value)
{
    return to_text(value, 1);
}

std::string attribute(const char *name, double value)
{
    return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string line(const char *style, double x1, double y1, double x2, double y2)
{
    return std::string("<line class=\"") + style + "\"" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2)
        + attribute("y2", y2) + "/>\n";
}

std::string text(const std::string &content, double x, double y, const char *anchor, const char *style)
{
    return std::string("<text class=\"") + style + "\"" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor
        + "\">" + escape(content) + "</text>\n";
}

/// Where values lie in the drawing.
struct Scales {
    double low_bits = 0, high_bits = 1;     // log2 of the size in `unit`
    double low_points = 0, high_points = 1; // top-1 in percent
    double unit = 1e6;                      // bytes
    const char *unit_name = "MB";
    double grid_points = 1; // between two lines of the grid

    [[nodiscard]] double x(double bytes) const
    {
        return kLeft + (std::log2(bytes / unit) - low_bits) / (high_bits - low_bits) * (kRight - kLeft);
    }
    [[nodiscard]] double y(double fraction) const
    {
        const double points = std::clamp(fraction * 100, low_points, high_points);
        return kBottom - (points - low_points) / (high_points - low_points) * (kBottom - kTop);
    }
    [[nodiscard]] bool below(const ChartPoint &point) const { return point.accuracy * 100 < low_points; }
};

/// A step of 1, 2 or 5 times a power of ten that cuts `range` into at most eight.
double round_step(double range)
{
    const double power = std::pow(10, std::floor(std::log10(range / 8)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (range / (factor * power) <= 8)
            return factor * power;
    return 10 * power;
}

void scale_accuracy(const std::vector<ChartPoint> &points, Scales &scales)
{
    double best = 0, high = 0, low = 100;
    for (const ChartPoint &point : points) {
        best = std::max(best, point.accuracy * 100);
        high = std::max(high, std::max(point.high, point.accuracy) * 100);
    }
    for (const ChartPoint &point : points)
        if (point.accuracy * 100 >= best - kFloorPoints)
            low = std::min(low, std::min(point.low, point.accuracy) * 100);
    low = std::max(low, best - kFloorPoints);
    scales.grid_points = round_step(std::max(high - low, 0.5));
    scales.low_points = std::max(0.0, std::floor(low / scales.grid_points - 0.15) * scales.grid_points);
    scales.high_points = std::min(100.0, std::ceil(high / scales.grid_points + 0.15) * scales.grid_points);
}

Scales scales_of(const std::vector<ChartPoint> &points)
{
    Scales scales;
    if (points.empty()) {
        scales.low_bits = 0;
        scales.high_bits = 6;
        scales.high_points = 100;
        scales.grid_points = 20;
        return scales;
    }
    double low = points.front().bytes, high = low;
    for (const ChartPoint &point : points) {
        low = std::min(low, point.bytes);
        high = std::max(high, point.bytes);
    }
    if (low < 250'000) {
        scales.unit = 1e3;
        scales.unit_name = "kB";
    }
    const double room = std::max(0.25, (1.5 - std::log2(high / low)) / 2); // octaves on each side
    scales.low_bits = std::log2(low / scales.unit) - room;
    scales.high_bits = std::log2(high / scales.unit) + room;
    scale_accuracy(points, scales);
    return scales;
}

std::string axes(const Scales &scales)
{
    std::string svg;
    for (int power = static_cast<int>(std::ceil(scales.low_bits)); power <= scales.high_bits; ++power) {
        const double x = scales.x(std::exp2(power) * scales.unit);
        svg += line("grid", x, kTop, x, kBottom) + text(to_text(std::exp2(power)), x, kBottom + 18, "middle", "axis");
    }
    const int digits = scales.grid_points < 1 ? 1 : 0;
    const int steps = static_cast<int>(std::floor((scales.high_points - scales.low_points) / scales.grid_points + 1e-6));
    for (int step = 0; step <= steps; ++step) {
        const double points = scales.low_points + step * scales.grid_points;
        const double y = scales.y(points / 100);
        svg += line("grid", kLeft, y, kRight, y) + text(to_text(points, digits), kLeft - 8, y + 4, "end", "axis");
    }
    svg += "<rect class=\"frame\"" + attribute("x", kLeft) + attribute("y", kTop) + attribute("width", kRight - kLeft)
        + attribute("height", kBottom - kTop) + "/>\n";
    svg += text(std::string("Size of the exported file, ") + scales.unit_name + " (each line doubles)", (kLeft + kRight) / 2,
                kBottom + 42, "middle", "axis");
    svg += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(24 294) rotate(-90)\">Top-1 accuracy, %</text>\n";
    return svg;
}

std::string tooltip(const ChartPoint &point)
{
    std::string content = point.label + (point.hint.empty() ? "" : ": " + point.hint) + "\n";
    content += to_text(Bytes{{static_cast<std::int64_t>(point.bytes)}}) + ", " + to_text(point.accuracy * 100, 2) + " % ("
        + to_text(point.low * 100, 2) + " to " + to_text(point.high * 100, 2) + ")";
    std::string result = "<title>";
    for (std::size_t start = 0; start <= content.size();) {
        const std::size_t end = std::min(content.find('\n', start), content.size());
        result += (start > 0 ? "&#10;" : "") + escape(content.substr(start, end - start));
        start = end + 1;
    }
    return result + "</title>";
}

std::string marker(const ChartPoint &point, const Scales &scales)
{
    const double x = scales.x(point.bytes), y = scales.y(point.accuracy);
    const auto polygon = [&](const char *style, std::array<std::array<double, 2>, 4> corners) {
        std::string list;
        for (const auto &[dx, dy] : corners)
            list += number(x + dx) + "," + number(y + dy) + " ";
        return std::string("<polygon class=\"") + style + "\" points=\"" + list + "\">" + tooltip(point) + "</polygon>\n";
    };
    if (scales.below(point)) { // an arrow at the bottom edge: it is farther down
        const double size = point.on_front ? 6 : 4;
        return polygon(point.is_float       ? "float"
                           : point.on_front ? "on"
                                            : "off",
                       {{{-size, -2 * size}, {size, -2 * size}, {0, 0}, {0, 0}}});
    }
    const std::string bar =
        line(point.on_front || point.is_float ? "bar" : "offbar", x, scales.y(point.low), x, scales.y(point.high));
    if (point.is_float)
        return bar + polygon("float", {{{0, -9}, {9, 0}, {0, 9}, {-9, 0}}});
    return bar + "<circle class=\"" + (point.on_front ? "on" : "off") + "\"" + attribute("cx", x) + attribute("cy", y)
        + attribute("r", point.on_front ? 6.5 : 4) + ">" + tooltip(point) + "</circle>\n";
}

/// Joins the front's points that are more accurate than all smaller ones: a point that is there for its speed alone would bend
/// the line down.
std::string front_line(const std::vector<ChartPoint> &points, const Scales &scales)
{
    std::vector<ChartPoint> front;
    std::copy_if(points.begin(), points.end(), std::back_inserter(front), [](const ChartPoint &point) { return point.on_front; });
    std::sort(front.begin(), front.end(), [](const ChartPoint &a, const ChartPoint &b) { return a.bytes < b.bytes; });
    std::string list;
    double best = -1;
    for (const ChartPoint &point : front) {
        if (point.accuracy <= best)
            continue;
        best = point.accuracy;
        list += number(scales.x(point.bytes)) + "," + number(scales.y(point.accuracy)) + " ";
    }
    return "<polyline class=\"front\" points=\"" + list + "\"/>\n";
}

struct Box {
    double x1, y1, x2, y2;
    [[nodiscard]] bool meets(const Box &other) const { return x1 < other.x2 && other.x1 < x2 && y1 < other.y2 && other.y1 < y2; }
};

/// Each label goes to the first of four corners where it covers no other label and no marker; where none is free it stays out,
/// and the marker's hint has to do.
std::string labels(const std::vector<ChartPoint> &points, const Scales &scales)
{
    std::vector<Box> taken;
    for (const ChartPoint &point : points) {
        const double x = scales.x(point.bytes), y = scales.y(point.accuracy);
        const double half = point.on_front || point.is_float ? 8 : 4;
        taken.push_back({x - half, y - half, x + half, y + half});
    }
    std::string svg;
    for (const ChartPoint &point : points) {
        if (!point.on_front && !point.is_float)
            continue;
        const double x = scales.x(point.bytes), y = scales.y(point.accuracy);
        const std::string content = point.is_float ? point.label + " float" : point.label;
        const double width = kLetter * static_cast<double>(content.size());
        for (const auto &[dx, dy] : {std::pair{-10 - width, -9.0}, {10.0, 19.0}, {10.0, -9.0}, {-10 - width, 19.0}}) {
            const Box box{x + dx, y + dy - kLineHeight + 3, x + dx + width, y + dy + 3};
            const bool inside = box.x1 > kLeft && box.x2 < kRight && box.y1 > kTop && box.y2 < kBottom;
            if (!inside || std::any_of(taken.begin(), taken.end(), [&](const Box &other) { return box.meets(other); }))
                continue;
            taken.push_back(box);
            svg += dx < 0 ? text(content, box.x2, y + dy, "end", "label") : text(content, box.x1, y + dy, "start", "label");
            break;
        }
    }
    return svg;
}

std::string notes(const std::vector<ChartPoint> &points, const Scales &scales)
{
    if (points.empty())
        return text("No trial has finished yet.", (kLeft + kRight) / 2, (kTop + kBottom) / 2, "middle", "note");
    const auto hidden = std::count_if(points.begin(), points.end(), [&](const ChartPoint &point) { return scales.below(point); });
    std::string content = "Bars: 95 % intervals. Diamond: float model. Line: front.";
    if (hidden > 0)
        content +=
            " Arrows at the bottom: " + std::to_string(hidden) + (hidden == 1 ? " trial" : " trials") + " below the scale.";
    return text(content, kRight, 592, "end", "note");
}

} // namespace

std::string pareto_svg(const std::vector<ChartPoint> &points, const std::string &title)
{
    std::vector<ChartPoint> drawn;
    std::copy_if(points.begin(), points.end(), std::back_inserter(drawn), [](const ChartPoint &point) {
        return point.bytes > 0 && std::isfinite(point.bytes) && std::isfinite(point.accuracy);
    });
    const Scales scales = scales_of(drawn);
    std::string svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"600\" viewBox=\"0 0 960 600\" role=\"img\">\n";
    svg += "<title>" + escape(title) + "</title>\n<style>" + kStyle + "</style>\n";
    svg += "<rect width=\"960\" height=\"600\" fill=\"#ffffff\"/>\n" + text(title, kLeft, 34, "start", "title") + axes(scales);
    svg += front_line(drawn, scales);
    for (const bool wanted : {false, true}) // the front above the others
        for (const ChartPoint &point : drawn)
            if ((point.on_front || point.is_float) == wanted)
                svg += marker(point, scales);
    return svg + labels(drawn, scales) + notes(drawn, scales) + "</svg>\n";
}

} // namespace ca
