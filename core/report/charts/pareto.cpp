// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/pareto.h"

#include "core/base/units.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

namespace ca::report {
namespace {

constexpr double kLeft = 76, kRight = 932, kTop = 56, kBottom = 532;
constexpr double kFloorPoints = 15; // below the best: worse trials sit at the bottom edge, so that the front keeps its detail
constexpr double kLineHeight = 14;
constexpr std::size_t kMostTold = 20; // of the front in words: who listens to them waits for their end

/// Where values lie in the drawing.
struct Scales {
    Axis octaves{.from = kLeft, .to = kRight}; // log2 of the size in `unit`
    Axis points{.from = kBottom, .to = kTop};  // top-1 in percent
    double unit = 1e6;                         // bytes
    std::string unit_name = "MB";

    [[nodiscard]] double x(double bytes) const { return octaves.place(std::log2(bytes / unit)); }
    [[nodiscard]] double y(double fraction) const { return points.place(std::clamp(fraction * 100, points.low, points.high)); }
    [[nodiscard]] bool below(const ChartPoint &point) const { return point.accuracy * 100 < points.low; }
};

/// How far above the others a point is drawn: the front, float, the recommended trial.
int rank(const ChartPoint &point)
{
    return point.marked ? 3 : point.is_float ? 2 : point.on_front ? 1 : 0;
}

/// Takes in the intervals of what is labelled. Others end where the plot does: those of trials that ended early are wide.
void scale_accuracy(const std::vector<ChartPoint> &points, Axis &axis)
{
    double best = 0, high = 0, low = 100;
    for (const ChartPoint &point : points) {
        best = std::max(best, point.accuracy * 100);
        high = std::max(high, 100 * (rank(point) > 0 ? std::max(point.high, point.accuracy) : point.accuracy));
    }
    for (const ChartPoint &point : points)
        if (point.accuracy * 100 >= best - kFloorPoints)
            low = std::min(low, 100 * (rank(point) > 0 ? std::min(point.low, point.accuracy) : point.accuracy));
    low = std::max(low, best - kFloorPoints);
    const double step = round_step(std::max(high - low, 0.5), 8);
    axis.low = std::max(0.0, std::floor(low / step - 0.15) * step);
    axis.high = std::min(100.0, std::ceil(high / step + 0.15) * step);
}

Scales scales_of(const std::vector<ChartPoint> &points)
{
    Scales scales;
    if (points.empty()) {
        scales.octaves.high = 6;
        scales.points.high = 100;
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
    scales.octaves.low = std::log2(low / scales.unit) - room;
    scales.octaves.high = std::log2(high / scales.unit) + room;
    scale_accuracy(points, scales.points);
    return scales;
}

void draw_axes(Drawing &drawing, const Scales &scales, const std::string &quality)
{
    for (double power = std::ceil(scales.octaves.low); power <= scales.octaves.high; ++power) {
        const double x = scales.octaves.place(power);
        drawing.shapes.push_back(line({x, kTop}, {x, kBottom}, {.colour = kGrid}));
        drawing.shapes.push_back(text(to_text(std::exp2(power)), {x, kBottom + 18}, TextShape::Anchor::middle, kTextSize, kText));
    }
    draw_ticks_beside(drawing, scales.octaves, scales.points, round_ticks(scales.points.low, scales.points.high, 8));
    draw_frame(drawing, scales.octaves, scales.points);
    drawing.shapes.push_back(text("Size of the exported file, " + scales.unit_name + " (each line doubles)",
                                  {(kLeft + kRight) / 2, kBottom + 42}, TextShape::Anchor::middle, kTextSize, kText));
    drawing.shapes.push_back(text_upwards(quality + ", %", {24, (kTop + kBottom) / 2}));
}

std::string hint_of(const ChartPoint &point)
{
    return point.label + (point.hint.empty() ? "" : ": " + point.hint) + "\n"
        + to_text(bytes(static_cast<std::int64_t>(point.bytes))) + ", " + to_text(point.accuracy * 100, 2) + " % ("
        + to_text(point.low * 100, 2) + " to " + to_text(point.high * 100, 2) + ")"
        + (point.ended_early_at > 0 ? "\nended early, " + std::to_string(point.ended_early_at)
                   + " images: the accuracy is float’s with the change on them"
                                    : "");
}

void draw_marker(Drawing &drawing, const ChartPoint &point, const Scales &scales)
{
    const double x = scales.x(point.bytes), y = scales.y(point.accuracy);
    const bool hollow = point.ended_early_at > 0;
    const Pen edge =
        hollow ? Pen{.colour = kFaint, .width = 1.5} : Pen{.colour = kWhite, .width = point.on_front || point.is_float ? 1.5 : 0};
    const Colour fill = hollow ? kWhite : point.is_float ? kFloat : point.on_front ? kAccent : blended(kFaint, 0.55);
    if (scales.below(point)) { // an arrow at the bottom edge: it is farther down
        const double size = point.on_front ? 6 : 4;
        drawing.shapes.push_back(
            {PolygonShape{{{x - size, y - 2 * size}, {x + size, y - 2 * size}, {x, y}}, fill, edge}, hint_of(point)});
        return;
    }
    const Pen bar = point.on_front || point.is_float ? Pen{.colour = blended(kAccent, 0.55), .width = 1.2}
                                                     : Pen{.colour = blended(kFaint, 0.35)};
    drawing.shapes.push_back(line({x, scales.y(point.low)}, {x, scales.y(point.high)}, bar));
    if (point.is_float)
        drawing.shapes.push_back({PolygonShape{{{x, y - 9}, {x + 9, y}, {x, y + 9}, {x - 9, y}}, fill, edge}, hint_of(point)});
    else
        drawing.shapes.push_back({CircleShape{{x, y}, point.on_front ? 6.5 : 4, fill, edge}, hint_of(point)});
}

void draw_ring(Drawing &drawing, Point centre)
{
    constexpr int kCorners = 48;
    constexpr double kRadius = 12;
    LineShape ring{{}, {.colour = kInk, .width = 2.5}};
    for (int i = 0; i <= kCorners; ++i) {
        const double angle = 2 * std::numbers::pi * i / kCorners;
        ring.points.push_back({centre.x + kRadius * std::cos(angle), centre.y + kRadius * std::sin(angle)});
    }
    drawing.shapes.push_back({.what = std::move(ring)});
}

/// Joins the front's points that are more accurate than all smaller ones: a point that is there for its speed alone would bend
/// the line down.
void draw_front(Drawing &drawing, const std::vector<ChartPoint> &points, const Scales &scales)
{
    std::vector<ChartPoint> front;
    std::copy_if(points.begin(), points.end(), std::back_inserter(front), [](const ChartPoint &point) { return point.on_front; });
    std::sort(front.begin(), front.end(), [](const ChartPoint &a, const ChartPoint &b) { return a.bytes < b.bytes; });
    LineShape joined{{}, {.colour = kAccent, .width = 2}};
    double best = -1;
    for (const ChartPoint &point : front) {
        if (point.accuracy <= best)
            continue;
        best = point.accuracy;
        joined.points.push_back({scales.x(point.bytes), scales.y(point.accuracy)});
    }
    if (joined.points.size() > 1)
        drawing.shapes.push_back({.what = std::move(joined)});
}

struct Box {
    double x1, y1, x2, y2;
    [[nodiscard]] bool meets(const Box &other) const { return x1 < other.x2 && other.x1 < x2 && y1 < other.y2 && other.y1 < y2; }
};

std::vector<Box> boxes_of_markers(const std::vector<ChartPoint> &points, const Scales &scales)
{
    std::vector<Box> boxes;
    for (const ChartPoint &point : points) {
        const double x = scales.x(point.bytes), y = scales.y(point.accuracy);
        const double half = point.marked ? 13 : point.on_front || point.is_float ? 8 : 4;
        boxes.push_back({x - half, y - half, x + half, y + half});
    }
    return boxes;
}

/// From the highest rank.
std::vector<ChartPoint> labelled(const std::vector<ChartPoint> &points)
{
    std::vector<ChartPoint> chosen;
    std::copy_if(points.begin(), points.end(), std::back_inserter(chosen),
                 [](const ChartPoint &point) { return rank(point) > 0; });
    std::stable_sort(chosen.begin(), chosen.end(), [](const ChartPoint &a, const ChartPoint &b) { return rank(a) > rank(b); });
    return chosen;
}

/// The places around a marker where a label may stand, the best first: the corners, then above and below.
std::vector<TextShape> places_of(const ChartPoint &point, const Scales &scales)
{
    using Anchor = TextShape::Anchor;
    const double x = scales.x(point.bytes), y = scales.y(point.accuracy), away = point.marked ? 14 : 10;
    std::vector<TextShape> places;
    for (const auto &[anchor, dx, dy] : {std::tuple{Anchor::end, -away, -9.0},
                                         {Anchor::start, away, 19.0},
                                         {Anchor::start, away, -9.0},
                                         {Anchor::end, -away, 19.0},
                                         {Anchor::middle, 0.0, -away - 4},
                                         {Anchor::middle, 0.0, away + kLineHeight}})
        places.push_back({.baseline = {x + dx, y + dy},
                          .text = point.is_float ? point.label + " float" : point.label,
                          .size = kTextSize,
                          .colour = kInk,
                          .anchor = anchor,
                          .strong = true});
    return places;
}

Box box_of(const TextShape &text)
{
    const double width = text_width(text.text, text.size);
    const double share = text.anchor == TextShape::Anchor::start ? 0 : text.anchor == TextShape::Anchor::middle ? 0.5 : 1;
    const double left = text.baseline.x - share * width;
    return {left, text.baseline.y - kLineHeight + 3, left + width, text.baseline.y + 3};
}

/// Each label goes to the first place where it covers no other label and no marker; where none is free it stays out, and the
/// marker's hint has to do.
void draw_labels(Drawing &drawing, const std::vector<ChartPoint> &points, const Scales &scales)
{
    std::vector<Box> taken = boxes_of_markers(points, scales);
    for (const ChartPoint &point : labelled(points)) {
        for (TextShape &place : places_of(point, scales)) {
            const Box box = box_of(place);
            const bool inside = box.x1 > kLeft && box.x2 < kRight && box.y1 > kTop && box.y2 < kBottom;
            if (!inside || std::any_of(taken.begin(), taken.end(), [&](const Box &other) { return box.meets(other); }))
                continue;
            taken.push_back(box);
            drawing.shapes.push_back({.what = std::move(place)});
            break;
        }
    }
}

void draw_notes(Drawing &drawing, const std::vector<ChartPoint> &points, const Scales &scales)
{
    if (points.empty()) {
        drawing.shapes.push_back(text("No trial has finished yet.", {(kLeft + kRight) / 2, (kTop + kBottom) / 2},
                                      TextShape::Anchor::middle, kTextSize, kNote));
        return;
    }
    const auto hidden = std::count_if(points.begin(), points.end(), [&](const ChartPoint &point) { return scales.below(point); });
    std::string content = "Bars: 95 % intervals. Diamond: float model. Line: front.";
    if (std::any_of(points.begin(), points.end(), [](const ChartPoint &point) { return point.marked; }))
        content += " Ring: recommended.";
    if (std::any_of(points.begin(), points.end(), [](const ChartPoint &point) { return point.ended_early_at > 0; }))
        content += " Hollow: ended early.";
    if (hidden > 0)
        content +=
            " Arrows at the bottom: " + std::to_string(hidden) + (hidden == 1 ? " trial" : " trials") + " below the scale.";
    drawing.shapes.push_back(text(content, {kRight, 592}, TextShape::Anchor::end, kTextSize, kNote));
}

std::string description_of(const std::vector<ChartPoint> &points, const std::string &quality)
{
    if (points.empty())
        return "No trial has finished yet.";
    std::string content = quality + " in percent against the size of the exported file, " + std::to_string(points.size())
        + (points.size() == 1 ? " trial." : " trials.") + " The front, from the smallest:";
    std::vector<ChartPoint> front;
    std::copy_if(points.begin(), points.end(), std::back_inserter(front), [](const ChartPoint &point) { return point.on_front; });
    std::sort(front.begin(), front.end(), [](const ChartPoint &a, const ChartPoint &b) { return a.bytes < b.bytes; });
    const std::size_t told = std::min(front.size(), kMostTold);
    for (std::size_t i = 0; i < told; ++i)
        content += (i == 0 ? " " : "; ") + front[i].label + " with " + to_text(bytes(static_cast<std::int64_t>(front[i].bytes)))
            + " and " + to_text(front[i].accuracy * 100, 2) + " %";
    if (told < front.size())
        content += "; and " + std::to_string(front.size() - told) + " more";
    return content + (front.empty() ? " none." : ".");
}

} // namespace

Drawing pareto_drawing(const std::vector<ChartPoint> &points, const std::string &title, const std::string &quality)
{
    std::vector<ChartPoint> drawn;
    std::copy_if(points.begin(), points.end(), std::back_inserter(drawn), [](const ChartPoint &point) {
        return point.bytes > 0 && std::isfinite(point.bytes) && std::isfinite(point.accuracy);
    });
    const Scales scales = scales_of(drawn);
    Drawing drawing = titled_drawing(960, 600, title, kLeft);
    drawing.file = "pareto.svg";
    drawing.description = description_of(drawn, quality);
    draw_axes(drawing, scales, quality);
    draw_front(drawing, drawn, scales);
    std::stable_sort(drawn.begin(), drawn.end(), [](const ChartPoint &a, const ChartPoint &b) { return rank(a) < rank(b); });
    for (const ChartPoint &point : drawn)
        draw_marker(drawing, point, scales);
    for (const ChartPoint &point : drawn)
        if (point.marked)
            draw_ring(drawing, {scales.x(point.bytes), scales.y(point.accuracy)});
    draw_labels(drawing, drawn, scales);
    draw_notes(drawing, drawn, scales);
    return drawing;
}

} // namespace ca::report
