// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/bmp_runs.h"

#include <algorithm>

namespace ca::image {

BmpRuns::BmpRuns(std::string_view data, bool is_half, std::size_t width, std::size_t height)
    : data_(data), is_half_(is_half), width_(width), height_(height), indices_(width * height)
{
}

bool BmpRuns::unpack()
{
    while (row_ < height_) {
        if (data_.size() < 2)
            return column_ >= width_ && row_ + 1 == height_;
        const std::uint8_t count = take();
        const std::uint8_t value = take();
        for (std::size_t pixel = 0; pixel < count; ++pixel)
            put(part(value, pixel));
        if (count == 0 && value == 1)
            return true;
        if (count == 0 && !escape(value))
            return false;
    }
    return true;
}

std::uint8_t BmpRuns::take()
{
    const auto byte = static_cast<std::uint8_t>(data_.front());
    data_.remove_prefix(1);
    return byte;
}

void BmpRuns::put(std::uint8_t index)
{
    if (column_ < width_)
        indices_[row_ * width_ + column_] = index;
    ++column_;
}

/// The upper or the lower half of `value` in turn, or all of it.
std::uint8_t BmpRuns::part(std::uint8_t value, std::size_t pixel) const
{
    return !is_half_ ? value : static_cast<std::uint8_t>(pixel % 2 == 0 ? value >> 4U : value & 15U);
}

/// The end of a row (0), a step right and up (2), or `value` pixels that follow, filled up to 16 bits.
bool BmpRuns::escape(std::uint8_t value)
{
    if (value == 0) {
        column_ = 0;
        ++row_;
        return true;
    }
    const std::size_t used = value == 2 ? 2 : is_half_ ? (value + 1U) / 2 : value;
    if (data_.size() < used)
        return false;
    if (value == 2) {
        column_ += take();
        row_ += take();
        return true;
    }
    for (std::size_t pixel = 0; pixel < value; ++pixel)
        put(part(static_cast<std::uint8_t>(data_[is_half_ ? pixel / 2 : pixel]), pixel));
    data_.remove_prefix(std::min(data_.size(), (used + 1) / 2 * 2));
    return true;
}

} // namespace ca::image
