// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/resize.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// Where the centre crop begins; below 0 where the image is smaller.
/// Source: torchvision, `center_crop`: halves round to even, padding rounds down.
int crop_start(int side, int crop)
{
    const int rest = side - crop;
    return rest >= 0 ? static_cast<int>(std::nearbyint(rest / 2.0)) : -((-rest) / 2);
}

std::size_t area(int height, int width)
{
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
}

} // namespace

std::pair<int, int> resized_sides(int size, int height, int width)
{
    if (size == 0)
        return {height, width};
    const auto longer = [&](int side, int shorter) {
        return static_cast<int>(std::min<std::int64_t>(static_cast<std::int64_t>(size) * side / std::max(shorter, 1),
                                                       std::numeric_limits<int>::max()));
    };
    return height <= width ? std::pair(size, longer(width, height)) : std::pair(longer(height, width), size);
}

AxisFilter::AxisFilter(int input, int output, int first, int count, ResizeFilter filter)
{
    const auto weigh = filter == ResizeFilter::bicubic ? cubic : triangle;
    const double scale = static_cast<double>(input) / output;
    const double stretch = std::max(scale, 1.0); // wider than the filter when shrinking: antialiasing
    const double support = (filter == ResizeFilter::bicubic ? 2.0 : 1.0) * stretch;
    std::vector<double> weights;
    for (int i = first; i < first + count; ++i) {
        const double center = (i + 0.5) * scale;
        const int begin = std::max(0, static_cast<int>(center - support + 0.5));
        const int end = std::min(input, static_cast<int>(center + support + 0.5));
        weights.clear();
        double total = 0;
        for (int x = begin; x < end; ++x) {
            weights.push_back(weigh((x - center + 0.5) * (1.0 / stretch)));
            total += weights.back();
        }
        windows_.push_back({static_cast<std::size_t>(begin), taps_.size(), weights.size()});
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

PlaneResizer::Axis::Axis(int input, int output, int crop, ResizeFilter filter)
    : scaled(input != output),
      window(crop > 0 ? crop : output),
      to(std::max(0, -crop_start(output, window))),
      count(std::min(window, output)),
      from(std::max(0, crop_start(output, window))),
      taps(input, output, from, scaled ? count : 0, filter)
{
}

PlaneResizer::PlaneResizer(int height, int width, const Preprocess &how)
    : input_height_(static_cast<std::size_t>(height)),
      input_width_(static_cast<std::size_t>(width)),
      rows_(height, resized_sides(how.size, height, width).first, how.crop, how.filter),
      columns_(width, resized_sides(how.size, height, width).second, how.crop, how.filter),
      between_(columns_.scaled ? area(height, columns_.count) : 0)
{
}

void PlaneResizer::resize(std::span<const std::uint8_t> from, std::span<std::uint8_t> to)
{
    const std::size_t columns = static_cast<std::size_t>(columns_.count), rows = static_cast<std::size_t>(rows_.count);
    const std::uint8_t *middle = from.data() + columns_.from;
    std::size_t stride = input_width_;
    if (columns_.scaled) {
        columns_.taps.apply(from.data(), {input_width_, 1}, between_.data(), {columns, 1}, input_height_);
        middle = between_.data();
        stride = columns;
    }
    const std::size_t new_stride = static_cast<std::size_t>(width());
    if (columns < new_stride || rows < static_cast<std::size_t>(height()))
        std::fill(to.begin(), to.end(), std::uint8_t{0});
    std::uint8_t *target = to.data() + area(rows_.to, width()) + columns_.to;
    if (rows_.scaled) {
        rows_.taps.apply(middle, {1, stride}, target, {1, new_stride}, columns);
        return;
    }
    middle += static_cast<std::size_t>(rows_.from) * stride;
    for (std::size_t row = 0; row < rows; ++row)
        std::copy_n(middle + row * stride, columns, target + row * new_stride);
}

} // namespace ca
