// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/plot.h"

#include "core/base/json.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kLetter = 0.62; // of the font's size: a wide letter of a sans serif font
constexpr double kSquare = 1.1;  // letters from the Hangul block on, and pictures

// 17 of the 256 colours of matplotlib's viridis, at equal steps.
constexpr std::array<Colour, 17> kViridis{0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d,
                                          0x2c728e, 0x26828e, 0x21918c, 0x1f9f88, 0x27ad81, 0x3dbc74,
                                          0x5cc863, 0x81d34d, 0xaadc32, 0xd5e21a, 0xfde725};

double channel(Colour colour, unsigned shift)
{
    return static_cast<double>((colour >> shift) & 0xffU);
}

/// WCAG 2.1, relative luminance.
double luminance(Colour colour)
{
    const auto linear = [](double value) { return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(channel(colour, 16) / 255) + 0.7152 * linear(channel(colour, 8) / 255)
        + 0.0722 * linear(channel(colour, 0) / 255);
}

bool begins_letter(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

/// Letters of UTF-8, each as its bytes.
std::vector<std::string> letters_of(std::string_view text)
{
    std::vector<std::string> letters;
    for (const char c : text) {
        if (begins_letter(c) || letters.empty())
            letters.emplace_back();
        letters.back() += c;
    }
    return letters;
}

/// U+1100 and beyond: their first byte is 0xE1 with a second from 0x84 on, or larger.
bool is_square(std::string_view letter)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(letter[i]); };
    const bool general_punctuation = letter.size() == 3 && byte(0) == 0xe2U && byte(1) == 0x80U; // dashes, quotes, the ellipsis
    return letter.size() >= 3 && !general_punctuation && (byte(0) > 0xe1U || (byte(0) == 0xe1U && byte(1) >= 0x84U));
}

} // namespace

Colour blended(Colour top, double share, Colour ground)
{
    Colour result = 0;
    for (const unsigned shift : {16U, 8U, 0U})
        result |= static_cast<Colour>(std::lround(channel(top, shift) * share + channel(ground, shift) * (1 - share))) << shift;
    return result;
}

Colour viridis(double place)
{
    const double inside = std::isnan(place) ? 0 : std::clamp(place, 0.0, 1.0);
    const double at = inside * (kViridis.size() - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(at), kViridis.size() - 2);
    return blended(kViridis[below + 1], at - static_cast<double>(below), kViridis[below]);
}

Colour text_on(Colour ground)
{
    const double bright = luminance(ground) + 0.05;
    return bright / (luminance(kInk) + 0.05) > 1.05 / bright ? kInk : kWhite;
}

double text_width(std::string_view text, double size)
{
    double width = 0;
    for (const std::string &letter : letters_of(text))
        width += (is_square(letter) ? kSquare : kLetter) * size;
    return width;
}

std::string fitted(std::string_view text, double size, double width)
{
    const std::string clean = clean_text(text);
    if (text_width(clean, size) <= width)
        return clean;
    const std::vector<std::string> letters = letters_of(clean);
    std::string head, tail;
    double used = kLetter * size; // the ellipsis
    // From both ends, by turns: names of layers begin alike and differ in their end.
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const bool at_end = i % 2 == 0;
        const std::string &letter = at_end ? letters[letters.size() - 1 - i / 2] : letters[i / 2];
        used += text_width(letter, size);
        if (used > width)
            break;
        at_end ? tail.insert(0, letter) : head.append(letter);
    }
    return head + "…" + tail;
}

double round_step(double range, double most)
{
    const double power = std::pow(10, std::floor(std::log10(range / most)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (range / (factor * power) <= most)
            return factor * power;
    return 10 * power;
}

std::vector<double> round_ticks(double low, double high, double most)
{
    const double step = round_step(high - low, most), first = std::ceil(low / step - 1e-9);
    std::vector<double> ticks;
    for (int i = 0; i <= most; ++i) // counted: beside large numbers a step can be too small to add
        if (const double tick = (first + i) * step; tick <= high + step * 1e-9)
            ticks.push_back(tick + 0.0); // no -0
    return ticks;
}

std::string tick_text(double value, double step)
{
    constexpr int kMostDigits = 5;       // after the point
    constexpr double kLargest = 999'999; // beyond both, with an exponent
    const std::string sign = value < 0 ? "−" : "";
    const double size = std::abs(value);
    const int power = static_cast<int>(std::floor(std::log10(step) + 1e-9));
    if (-power > kMostDigits || size > kLargest)
        return size > 0 ? sign + to_text(size / std::pow(10, power), 0) + "e" + std::to_string(power) : "0";
    return sign + to_text(size, std::clamp(-power, 0, kMostDigits));
}

Shape line(Point from, Point to, Pen pen)
{
    return {.what = LineShape{{from, to}, pen}};
}

Shape text(std::string content, Point baseline, TextShape::Anchor anchor, double size, Colour colour, bool strong)
{
    return {.what = TextShape{baseline, std::move(content), size, colour, anchor, strong}};
}

Drawing titled_drawing(double width, double height, const std::string &title, double left)
{
    Drawing drawing;
    drawing.width = width;
    drawing.height = height;
    drawing.title = clean_text(title);
    drawing.shapes.push_back(
        text(fitted(title, kTitleSize, width - left - 16), {left, 34}, TextShape::Anchor::start, kTitleSize, kInk, true));
    return drawing;
}

Shape text_upwards(std::string content, Point middle)
{
    return {.what = TextShape{.baseline = middle,
                              .text = std::move(content),
                              .size = kTextSize,
                              .colour = kText,
                              .anchor = TextShape::Anchor::middle,
                              .upwards = true}};
}

void draw_ticks_below(Drawing &drawing, const Axis &x, const Axis &y, const std::vector<double> &ticks)
{
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
    for (const double tick : ticks) {
        const double at = x.place(tick);
        drawing.shapes.push_back(line({at, y.from}, {at, y.to}, {.colour = kGrid}));
        drawing.shapes.push_back(text(tick_text(tick, step), {at, y.from + 18}, TextShape::Anchor::middle, kTextSize, kText));
    }
}

void draw_ticks_beside(Drawing &drawing, const Axis &x, const Axis &y, const std::vector<double> &ticks)
{
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
    for (const double tick : ticks) {
        const double at = y.place(tick);
        drawing.shapes.push_back(line({x.from, at}, {x.to, at}, {.colour = kGrid}));
        drawing.shapes.push_back(text(tick_text(tick, step), {x.from - 8, at + 4}, TextShape::Anchor::end, kTextSize, kText));
    }
}

void draw_frame(Drawing &drawing, const Axis &x, const Axis &y)
{
    drawing.shapes.push_back({.what = LineShape{{{x.from, y.to}, {x.to, y.to}, {x.to, y.from}, {x.from, y.from}, {x.from, y.to}},
                                                {.colour = kFrame}}});
}

} // namespace ca::report
