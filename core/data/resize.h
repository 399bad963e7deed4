// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/preprocess.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ca {

/// Height and width after the shorter side was resized to `size` pixels (0: as it is); the longer side ends at the largest int.
/// Source: torchvision, `_compute_resized_output_size`.
[[nodiscard]] std::pair<int, int> resized_sides(int size, int height, int width);

/// The taps that make each output pixel of one axis out of input pixels, in fixed point as Pillow computes them.
class AxisFilter {
public:
    /// For the output pixels `first` to `first + count` of `output`.
    AxisFilter(int input, int output, int first, int count, ResizeFilter filter);

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

/// Resizes planes of 8 bits and crops their centre: columns first and then rows, each pass rounded to 8 bits, as Pillow's
/// `Image.resize`. Only what the crop keeps is computed. Where the crop is larger than the plane, black surrounds it.
class PlaneResizer {
public:
    /// For planes of `height` x `width`.
    PlaneResizer(int height, int width, const Preprocess &how);

    [[nodiscard]] int height() const { return rows_.window; } ///< of what comes out
    [[nodiscard]] int width() const { return columns_.window; }

    /// `from` holds the plane, `to` height() * width() bytes. Not from two threads at once.
    void resize(std::span<const std::uint8_t> from, std::span<std::uint8_t> to);

private:
    /// What becomes of one axis: `window` pixels come out, of which `count` from `to` on show pixels of the resized axis.
    struct Axis {
        Axis(int input, int output, int crop, ResizeFilter filter);
        bool scaled;
        int window, to, count;
        int from; ///< the first pixel of the resized axis that is shown
        AxisFilter taps;
    };

    std::size_t input_height_, input_width_;
    Axis rows_, columns_;
    std::vector<std::uint8_t> between_; ///< rows of the input, columns of the output
};

} // namespace ca
