// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/image_codec.h"

#include "core/base/json.h"

#include <algorithm>

namespace ca::image {
namespace {

constexpr std::uint64_t kOrientationTag = 0x0112;
constexpr std::size_t kEntryBytes = 12;
constexpr std::uint64_t kShort = 3, kLong = 4; // types of an entry

/// TIFF's numbers, in the byte order of the block.
class TiffBlock {
public:
    explicit TiffBlock(std::string_view bytes) : bytes_(bytes), big_(bytes.starts_with("MM")) { }

    [[nodiscard]] bool is_one() const { return (big_ || bytes_.starts_with("II")) && number(2, 2) == 42; }

    /// 0 beyond the block's end.
    [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t width) const
    {
        if (at > bytes_.size() || width > bytes_.size() - at)
            return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value = (value << 8U) | static_cast<std::uint8_t>(bytes_[at + (big_ ? i : width - 1 - i)]);
        return value;
    }

private:
    std::string_view bytes_;
    bool big_;
};

} // namespace

tl::unexpected<Flaw> cut_off()
{
    return tl::unexpected(Flaw{ErrorCode::bad_format, "is cut off. Copy it again, or leave it out"});
}

tl::unexpected<Flaw> damaged(std::string_view reason)
{
    return tl::unexpected(Flaw{ErrorCode::bad_format, "is damaged (" + clean_text(reason) + "). Copy it again, or leave it out"});
}

tl::unexpected<Flaw> not_read(std::string clause)
{
    return tl::unexpected(Flaw{ErrorCode::unsupported, std::move(clause) + ". Save it as an ordinary PNG or JPEG file"});
}

Rows::Rows(RgbImage &image, const Header &header)
    : width_(static_cast<std::size_t>(header.width)), height_(static_cast<std::size_t>(header.height))
{
    const bool transposed = header.orientation >= 5; // then stored rows become columns
    const int flip = (header.orientation - 1) % 4;   // none, columns, both, rows of what is seen
    const bool flips_columns = flip == 1 || flip == 2;
    const bool flips_rows = flip == 2 || flip == 3;
    image.size = transposed ? ImageSize{header.height, header.width} : ImageSize{header.width, header.height};
    const std::size_t plane = width_ * height_;
    image.pixels.assign(3 * plane, 0);

    const std::ptrdiff_t line = image.size.width;
    const std::ptrdiff_t down = flips_rows ? -line : line;
    const std::ptrdiff_t right = flips_columns ? -1 : 1;
    const std::ptrdiff_t origin = (flips_rows ? (image.size.height - 1) * line : 0) + (flips_columns ? line - 1 : 0);
    for (std::size_t channel = 0; channel < first_.size(); ++channel)
        first_[channel] = image.pixels.data() + channel * plane + origin;
    row_step_ = transposed ? right : down;
    column_step_ = transposed ? down : right;
}

void Rows::put(std::size_t row, const std::uint8_t *pixels) noexcept
{
    const std::ptrdiff_t start = static_cast<std::ptrdiff_t>(row) * row_step_;
    for (std::size_t channel = 0; channel < first_.size(); ++channel) {
        std::uint8_t *const plane = first_[channel] + start;
        for (std::size_t column = 0; column < width_; ++column)
            plane[static_cast<std::ptrdiff_t>(column) * column_step_] = pixels[3 * column + channel];
    }
}

int exif_orientation(std::string_view exif)
{
    using namespace std::string_view_literals;
    constexpr auto kName = "Exif\0\0"sv;
    if (exif.starts_with(kName))
        exif.remove_prefix(kName.size());
    const TiffBlock block(exif);
    if (!block.is_one())
        return 1;
    const std::uint64_t directory = block.number(4, 4);
    const std::uint64_t entries = block.number(directory, 2);
    for (std::uint64_t i = 0; i < entries; ++i) {
        const std::uint64_t entry = directory + 2 + i * kEntryBytes;
        if (block.number(entry, 2) != kOrientationTag)
            continue;
        const std::uint64_t type = block.number(entry + 2, 2);
        const std::uint64_t value = type == kShort ? block.number(entry + 8, 2) : type == kLong ? block.number(entry + 8, 4) : 1;
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

} // namespace ca::image
