// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/bmp_runs.h"
#include "core/files/image_codec.h"
#include "core/files/zip_records.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

// Source: Microsoft, "Bitmap Storage" and "Bitmap Compression" (Windows GDI); the colours of 16 bits as Pillow scales them.

namespace ca::image {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::size_t kOldHeader = 12;                    // BITMAPCOREHEADER of OS/2
constexpr std::size_t kInfoHeader = 40;                   // BITMAPINFOHEADER; later ones only grow
constexpr std::size_t kLongHeader = 124;                  // BITMAPV5HEADER
constexpr std::size_t kMasks = kFileHeader + kInfoHeader; // within a longer header, or behind this one
constexpr std::size_t kMaskBytes = 12;

enum Compression : std::uint64_t { kNone = 0, kRuns8 = 1, kRuns4 = 2, kBitFields = 3 };

using Colour = std::array<std::uint8_t, 3>;

struct Layout {
    int width = 0;
    int height = 0;
    bool top_down = false;
    std::uint64_t bits = 0; ///< of one pixel
    std::uint64_t compression = kNone;
    std::size_t palette_at = 0;
    std::size_t palette_entry = 4; ///< bytes
    std::uint64_t colours = 0;
    std::size_t pixels_at = 0;

    [[nodiscard]] bool has_palette() const { return bits <= 8; }
    [[nodiscard]] bool has_runs() const { return compression == kRuns8 || compression == kRuns4; }
    /// Bytes of the pixels of one row, and of the row with what fills it up to 32 bits.
    [[nodiscard]] std::size_t row_bytes() const { return (static_cast<std::size_t>(width) * bits + 7) / 8; }
    [[nodiscard]] std::size_t stride() const { return (row_bytes() + 3) / 4 * 4; }
    /// The row as it is seen.
    [[nodiscard]] std::size_t place(std::size_t row) const { return top_down ? row : static_cast<std::size_t>(height) - 1 - row; }
};

bool is_supported(const Layout &layout)
{
    const auto one_of = [](std::uint64_t value, std::initializer_list<std::uint64_t> values) {
        return std::find(values.begin(), values.end(), value) != values.end();
    };
    switch (layout.compression) {
    case kNone:
        return one_of(layout.bits, {1, 4, 8, 16, 24, 32});
    case kRuns8:
        return layout.bits == 8 && !layout.top_down;
    case kRuns4:
        return layout.bits == 4 && !layout.top_down;
    case kBitFields:
        return one_of(layout.bits, {16, 24, 32});
    default:
        return false;
    }
}

void read_old_header(std::string_view bytes, Layout &layout)
{
    layout.width = static_cast<int>(zip::number(bytes, 18, 2));
    layout.height = static_cast<int>(zip::number(bytes, 20, 2));
    layout.bits = zip::number(bytes, 24, 2);
    layout.palette_entry = 3;
}

/// False where the height has no opposite.
bool read_info_header(std::string_view bytes, Layout &layout)
{
    layout.width = static_cast<int>(static_cast<std::int32_t>(zip::number(bytes, 18, 4)));
    const auto height = static_cast<std::int32_t>(zip::number(bytes, 22, 4));
    layout.top_down = height < 0;
    layout.bits = zip::number(bytes, 28, 2);
    layout.compression = zip::number(bytes, 30, 4);
    layout.colours = zip::number(bytes, 46, 4);
    if (height == std::numeric_limits<std::int32_t>::min())
        return false;
    layout.height = layout.top_down ? -height : height;
    return true;
}

Read<Layout> read_layout(std::string_view bytes)
{
    if (bytes.size() < kFileHeader + kOldHeader)
        return cut_off();
    const std::uint64_t header = zip::number(bytes, kFileHeader, 4);
    if (header != kOldHeader && (header < kInfoHeader || header > kLongHeader))
        return not_read("is a BMP with a header of " + std::to_string(header) + " bytes, which is not read");
    if (bytes.size() < kFileHeader + header)
        return cut_off();
    Layout layout;
    layout.pixels_at = zip::number(bytes, 10, 4);
    layout.palette_at = kFileHeader + header;
    if (header == kOldHeader)
        read_old_header(bytes, layout);
    else if (!read_info_header(bytes, layout))
        return damaged("its height is impossible");
    if (!is_supported(layout))
        return not_read("is a BMP of " + std::to_string(layout.bits) + " bits with compression "
                        + std::to_string(layout.compression) + ", which is not read");
    if (layout.compression == kBitFields && bytes.size() < kMasks + kMaskBytes)
        return cut_off();
    if (layout.has_palette() && (layout.colours == 0 || layout.colours > (1ULL << layout.bits)))
        layout.colours = 1ULL << layout.bits;
    return layout;
}

Read<Header> header(std::string_view bytes)
{
    const auto layout = read_layout(bytes);
    return layout ? Read<Header>(Header{layout->width, layout->height, 1}) : tl::unexpected(layout.error());
}

/// Entries that the file does not have are black.
std::array<Colour, 256> palette_of(std::string_view bytes, const Layout &layout)
{
    std::array<Colour, 256> palette{};
    for (std::size_t i = 0; i < layout.colours; ++i) {
        const std::size_t at = layout.palette_at + i * layout.palette_entry;
        if (at + layout.palette_entry > std::min(bytes.size(), layout.pixels_at))
            break;
        for (std::size_t channel = 0; channel < 3; ++channel)
            palette[i][channel] = static_cast<std::uint8_t>(bytes[at + 2 - channel]); // blue, green, red
    }
    return palette;
}

/// Where the bits of a channel lie in a pixel.
struct ChannelBits {
    std::uint64_t mask = 0;
    int shift = 0;

    explicit ChannelBits(std::uint64_t bits) : mask(bits), shift(bits == 0 ? 0 : std::countr_zero(bits)) { }
    [[nodiscard]] std::uint8_t of(std::uint64_t pixel) const
    {
        const std::uint64_t most = mask >> shift;
        return most == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(((pixel & mask) >> shift) * 255 / most);
    }
};

std::array<ChannelBits, 3> channel_bits(std::string_view bytes, const Layout &layout)
{
    std::array<std::uint64_t, 3> masks{0xFF0000, 0xFF00, 0xFF};
    if (layout.bits == 16)
        masks = {0x7C00, 0x3E0, 0x1F};
    if (layout.compression == kBitFields) {
        const std::array<std::uint64_t, 3> told{zip::number(bytes, kMasks, 4), zip::number(bytes, kMasks + 4, 4),
                                                zip::number(bytes, kMasks + 8, 4)};
        if (told != std::array<std::uint64_t, 3>{}) // some writers leave them empty
            masks = told;
    }
    return {ChannelBits(masks[0]), ChannelBits(masks[1]), ChannelBits(masks[2])};
}

/// Numbers of palette entries to colours.
void put_indices(const std::uint8_t *indices, const std::array<Colour, 256> &palette, std::vector<std::uint8_t> &line)
{
    for (std::size_t pixel = 0; 3 * pixel < line.size(); ++pixel)
        std::copy_n(palette[indices[pixel]].begin(), 3, line.begin() + static_cast<std::ptrdiff_t>(3 * pixel));
}

Read<void> read_plain(std::string_view bytes, const Layout &layout, Rows &rows)
{
    const std::size_t needed = layout.stride() * (rows.height() - 1) + layout.row_bytes();
    if (layout.pixels_at > bytes.size() || needed > bytes.size() - layout.pixels_at)
        return cut_off();
    const auto palette = palette_of(bytes, layout);
    const auto channels = channel_bits(bytes, layout);
    std::vector<std::uint8_t> line(rows.row_bytes()), indices(rows.width());
    for (std::size_t row = 0; row < rows.height(); ++row) {
        const std::string_view stored = bytes.substr(layout.pixels_at + row * layout.stride(), layout.row_bytes());
        for (std::size_t pixel = 0; pixel < rows.width(); ++pixel) {
            if (layout.has_palette()) {
                const std::uint64_t first = pixel * layout.bits; // the uppermost bits of a byte come first
                const auto value = static_cast<std::uint8_t>(stored[first / 8]);
                indices[pixel] = static_cast<std::uint8_t>((value >> (8 - layout.bits - first % 8)) & ((1U << layout.bits) - 1));
                continue;
            }
            const std::uint64_t value = zip::number(stored, pixel * layout.bits / 8, layout.bits / 8);
            for (std::size_t channel = 0; channel < 3; ++channel)
                line[3 * pixel + channel] = channels[channel].of(value);
        }
        if (layout.has_palette())
            put_indices(indices.data(), palette, line);
        rows.put(layout.place(row), line.data());
    }
    return {};
}

Read<void> read_runs(std::string_view bytes, const Layout &layout, Rows &rows)
{
    if (layout.pixels_at > bytes.size())
        return cut_off();
    BmpRuns runs(bytes.substr(layout.pixels_at), layout.compression == kRuns4, rows.width(), rows.height());
    if (!runs.unpack())
        return cut_off();
    const auto palette = palette_of(bytes, layout);
    std::vector<std::uint8_t> line(rows.row_bytes());
    for (std::size_t row = 0; row < rows.height(); ++row) {
        put_indices(runs.row(row), palette, line);
        rows.put(layout.place(row), line.data());
    }
    return {};
}

Read<void> pixels(std::string_view bytes, Rows &rows)
{
    const auto layout = read_layout(bytes);
    if (!layout)
        return tl::unexpected(layout.error());
    return layout->has_runs() ? read_runs(bytes, *layout, rows) : read_plain(bytes, *layout, rows);
}

} // namespace

const Codec kBmp{[](std::string_view bytes) { return bytes.starts_with("BM"); }, header, pixels, 0};

} // namespace ca::image
