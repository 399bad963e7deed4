// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ca::image {

/// Unpacks the runs of a BMP picture (RLE8, RLE4) into numbers of palette entries; pixels that are skipped have number 0, those
/// beyond the picture's edge are dropped. Source: Microsoft, "Bitmap Compression" (Windows GDI).
class BmpRuns {
public:
    /// `is_half`: two pixels a byte.
    BmpRuns(std::string_view data, bool is_half, std::size_t width, std::size_t height);

    /// False where the data end before the picture does.
    [[nodiscard]] bool unpack();

    /// In the order in which rows are stored.
    [[nodiscard]] const std::uint8_t *row(std::size_t number) const { return indices_.data() + number * width_; }

private:
    std::uint8_t take();
    void put(std::uint8_t index);
    [[nodiscard]] std::uint8_t part(std::uint8_t value, std::size_t pixel) const;
    [[nodiscard]] bool escape(std::uint8_t value);

    std::string_view data_;
    bool is_half_;
    std::size_t width_, height_;
    std::vector<std::uint8_t> indices_;
    std::size_t row_ = 0, column_ = 0; ///< where the next pixel goes
};

} // namespace ca::image
