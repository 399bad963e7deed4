// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// Width and height in pixels, as the picture is to be seen.
struct ImageSize {
    int width = 0;
    int height = 0;
    bool operator==(const ImageSize &) const = default;
};

/// A picture of three channels, 8 bits each.
struct RgbImage {
    ImageSize size;
    std::vector<std::uint8_t> pixels; ///< planar, as CIFAR records: red, green, blue; each row after row
    bool operator==(const RgbImage &) const = default;
};

/// More pixels than this are refused before anything is allocated for them. Source: Pillow, where twice MAX_IMAGE_PIXELS is the
/// limit above which it takes a picture for a decompression bomb; here 537 MB once decoded.
constexpr std::int64_t kMostPixels = 178'956'970;

/// Whether a file's name ends like a picture's that can be read: .png, .jpg, .jpeg, .bmp, .webp in either case.
[[nodiscard]] bool has_image_name(std::string_view name);

/// Decodes a PNG, JPEG, BMP or WebP picture as Pillow's `convert("RGB")` after `ImageOps.exif_transpose` does: the kind is told
/// from the bytes, the Exif orientation is applied, alpha is dropped, grey repeats, palettes are looked up, CMYK is taken for
/// Adobe's inverted one, of an animation the first frame counts; colour profiles and gamma are left alone. Of 16 bits the upper
/// 8 are kept, for grey pictures too, which Pillow clips at 255 instead. Needs 3 bytes a pixel for the result and, while it
/// decodes, up to 8 more for interlaced PNG, progressive JPEG and WebP. Where the picture can be damaged and still be read
/// (changed bits inside a JPEG), it is read.
/// Errors: `not_found`, `unreadable`; `bad_format` where it is damaged, cut off or no picture; `unsupported` for a variant that
/// is not read and for more pixels than kMostPixels; `out_of_memory`.
[[nodiscard]] Result<RgbImage> read_image(const std::filesystem::path &file);
/// The same for a file's bytes; `name` is what the sentences call it.
[[nodiscard]] Result<RgbImage> decode_image(std::string_view bytes, const std::string &name);

/// The size that `read_image` will give, from the first 64 KiB where they tell it. Errors: those of `read_image`, as far as a
/// header shows them.
[[nodiscard]] Result<ImageSize> read_image_size(const std::filesystem::path &file);

} // namespace ca
