// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/preprocess.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// The taps that make each output pixel of one axis out of input pixels, in fixed point as Pillow computes them.
class AxisFilter {
public:
    AxisFilter(int input, int output, ResizeFilter filter);

    /// Filters `lines` lines. Pixel i of line j lies at `j * line + i * pixel`, on both sides with its own strides.
    struct Layout {
        std::size_t line = 0;
        std::size_t pixel = 0;
    };
    void apply(const std::uint8_t *from, Layout source, std::uint8_t *to, Layout target, std::size_t lines) const;

private:
    struct Window {
        std::size_t first = 0; ///< input pixel
        std::size_t begin = 0; ///< in taps_
        std::size_t count = 0;
    };
    std::vector<Window> windows_; ///< one for each output pixel
    std::vector<std::int32_t> taps_;
};

/// Resizes one plane of 8 bits, columns first and then rows, each pass rounded to 8 bits, as Pillow's `Image.resize`.
/// An axis whose length stays is left alone.
class PlaneResizer {
public:
    PlaneResizer(int height, int width, int new_height, int new_width, ResizeFilter filter);

    /// `from` holds height * width bytes, `to` new_height * new_width.
    void resize(std::span<const std::uint8_t> from, std::span<std::uint8_t> to);

private:
    std::size_t height_, width_, new_height_, new_width_;
    AxisFilter columns_, rows_;
    std::vector<std::uint8_t> between_; ///< height * new_width
};

} // namespace ca
