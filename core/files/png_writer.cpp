// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/png_writer.h"

#include <png.h>

namespace ca {
namespace {

/// Red, green and blue of a pixel side by side, row after row.
std::vector<std::uint8_t> interleaved(const RgbImage &image, std::size_t plane)
{
    std::vector<std::uint8_t> pixels(3 * plane);
    for (std::size_t channel = 0; channel < 3; ++channel)
        for (std::size_t i = 0; i < plane; ++i)
            pixels[3 * i + channel] = image.pixels[channel * plane + i];
    return pixels;
}

} // namespace

Result<std::string> encode_png(const RgbImage &image)
{
    const auto [width, height] = image.size;
    const std::size_t plane = width > 0 && height > 0 ? static_cast<std::size_t>(width) * static_cast<std::size_t>(height) : 0;
    if (plane == 0 || image.pixels.size() != 3 * plane)
        return fail(ErrorCode::bad_data,
                    "A picture of " + std::to_string(width) + " x " + std::to_string(height)
                        + " pixels cannot be written as PNG: it holds " + std::to_string(image.pixels.size()) + " values.");
    const auto pixels = interleaved(image, plane);
    png_image header{};
    header.version = PNG_IMAGE_VERSION;
    header.width = static_cast<png_uint_32>(width);
    header.height = static_cast<png_uint_32>(height);
    header.format = PNG_FORMAT_RGB;
    // An upper bound: the bytes are made once, and what they leave over is cut off.
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
    std::string bytes(size, '\0');
    if (png_image_write_to_memory(&header, bytes.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
        return fail(ErrorCode::out_of_memory, std::string("A picture cannot be written as PNG: ") + header.message + ".");
    bytes.resize(size);
    return bytes;
}

} // namespace ca
