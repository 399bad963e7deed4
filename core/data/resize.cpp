// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/resize.h"

#include <algorithm>
#include <cmath>

// Source: Pillow, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc, ImagingResampleInner).

namespace ca {
namespace {

constexpr int kPrecisionBits = 32 - 8 - 2; // a sum of 8-bit pixels times taps fits 32 bits with room for overshoot

double triangle(double x)
{
    return std::max(0.0, 1.0 - std::abs(x));
}

double cubic(double x)
{
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0)
        return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

std::int32_t fixed_point(double weight)
{
    const double scaled = weight * (1 << kPrecisionBits);
    return static_cast<std::int32_t>(scaled + (weight < 0 ? -0.5 : 0.5));
}

std::uint8_t clip8(std::int32_t sum)
{
    return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

} // namespace

AxisFilter::AxisFilter(int input, int output, ResizeFilter filter)
{
    const auto weigh = filter == ResizeFilter::bicubic ? cubic : triangle;
    const double scale = static_cast<double>(input) / output;
    const double stretch = std::max(scale, 1.0); // wider than the filter when shrinking: antialiasing
    const double support = (filter == ResizeFilter::bicubic ? 2.0 : 1.0) * stretch;
    std::vector<double> weights;
    for (int i = 0; i < output; ++i) {
        const double center = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(center - support + 0.5));
        const int last = std::min(input, static_cast<int>(center + support + 0.5));
        weights.clear();
        double total = 0;
        for (int x = first; x < last; ++x) {
            weights.push_back(weigh((x - center + 0.5) * (1.0 / stretch)));
            total += weights.back();
        }
        windows_.push_back({static_cast<std::size_t>(first), taps_.size(), weights.size()});
        for (const double weight : weights)
            taps_.push_back(fixed_point(total != 0.0 ? weight / total : weight));
    }
}

void AxisFilter::apply(const std::uint8_t *from, Layout source, std::uint8_t *to, Layout target, std::size_t lines) const
{
    for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t i = 0; i < windows_.size(); ++i) {
            const Window &window = windows_[i];
            const std::uint8_t *pixel = from + line * source.line + window.first * source.pixel;
            std::int32_t sum = 1 << (kPrecisionBits - 1);
            for (std::size_t tap = 0; tap < window.count; ++tap, pixel += source.pixel)
                sum += *pixel * taps_[window.begin + tap];
            to[line * target.line + i * target.pixel] = clip8(sum);
        }
    }
}

PlaneResizer::PlaneResizer(int height, int width, int new_height, int new_width, ResizeFilter filter)
    : height_(static_cast<std::size_t>(height)),
      width_(static_cast<std::size_t>(width)),
      new_height_(static_cast<std::size_t>(new_height)),
      new_width_(static_cast<std::size_t>(new_width)),
      columns_(width, new_width, filter),
      rows_(height, new_height, filter),
      between_(height_ * new_width_)
{
}

void PlaneResizer::resize(std::span<const std::uint8_t> from, std::span<std::uint8_t> to)
{
    const std::uint8_t *middle = from.data();
    if (width_ != new_width_) {
        columns_.apply(from.data(), {width_, 1}, between_.data(), {new_width_, 1}, height_);
        middle = between_.data();
    }
    if (height_ != new_height_)
        rows_.apply(middle, {1, new_width_}, to.data(), {1, new_width_}, new_width_);
    else
        std::copy_n(middle, to.size(), to.data());
}

} // namespace ca
