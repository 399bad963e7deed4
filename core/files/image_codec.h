// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/files/image_file.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What the readers of the picture formats share.
namespace ca::image {

/// What a picture's header says of the pixels as they are stored.
struct Header {
    int width = 0;
    int height = 0;
    int orientation = 1; ///< Exif's, 1 to 8
};

/// Why a picture cannot be read: `clause` follows "The image X " and has no full stop.
struct Flaw {
    ErrorCode code = ErrorCode::bad_format;
    std::string clause;
};
template <typename T>
using Read = tl::expected<T, Flaw>;

[[nodiscard]] tl::unexpected<Flaw> cut_off();
/// `reason`: what a library said, in its words.
[[nodiscard]] tl::unexpected<Flaw> damaged(std::string_view reason);
[[nodiscard]] tl::unexpected<Flaw> not_read(std::string clause);

/// Takes rows as they are stored and lays them into the planes where the orientation says.
class Rows {
public:
    /// Allocates `image`'s pixels, black.
    Rows(RgbImage &image, const Header &header);

    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::size_t height() const { return height_; }
    /// Bytes of one row of red, green, blue side by side.
    [[nodiscard]] std::size_t row_bytes() const { return 3 * width_; }
    void put(std::size_t row, const std::uint8_t *pixels) noexcept;

private:
    std::size_t width_, height_;
    std::array<std::uint8_t *, 3> first_; ///< where pixel 0 of row 0 goes in each plane
    std::ptrdiff_t row_step_, column_step_;
};

/// The orientation in a block of Exif data, which begins with its byte order; 1 where it tells none. `Exif\0\0` before it is
/// skipped. Source: CIPA DC-008 (Exif 2.32), 4.6.
[[nodiscard]] int exif_orientation(std::string_view exif);

/// A format: whether bytes are of it, its header (which may be asked for with the end of the file missing), its pixels.
struct Codec {
    bool (*matches)(std::string_view bytes);
    Read<Header> (*header)(std::string_view bytes);
    Read<void> (*pixels)(std::string_view bytes, Rows &rows);
    std::int64_t pixels_of_a_byte; ///< that it can store at most in one byte: a shorter file is cut off; 0 without such a limit
};

extern const Codec kPng;
extern const Codec kJpeg;
extern const Codec kWebp;
extern const Codec kBmp;

} // namespace ca::image
