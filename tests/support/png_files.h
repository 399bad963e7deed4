// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image_files.h"
#include "core/files/image_file.h"
#include "tests/corpus/zip_bytes.h"
#include "tests/support/datasets.h"

#include <QByteArray>

#include <filesystem>
#include <string>

inline std::string big_endian_of(std::size_t number)
{
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes += static_cast<char>((number >> shift) & 0xFFU);
    return bytes;
}

inline std::string png_chunk(const std::string &kind, const std::string &content)
{
    return big_endian_of(content.size()) + kind + content + big_endian_of(zip_bytes_detail::crc32(kind + content));
}

/// The picture as a PNG file of 8-bit RGB, its rows unfiltered. Source: the PNG specification, sections 5 and 11.2.
inline std::string png_of(const ca::RgbImage &image)
{
    const auto width = static_cast<std::size_t>(image.size.width), height = static_cast<std::size_t>(image.size.height);
    QByteArray rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows += '\0';
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t channel = 0; channel < 3; ++channel)
                rows += static_cast<char>(image.pixels[(channel * height + y) * width + x]);
    }
    const std::string head = big_endian_of(width) + big_endian_of(height) + std::string("\x08\x02\0\0\0", 5);
    const std::string packed = qCompress(rows).mid(4).toStdString(); // before the zlib stream, Qt puts a length
    return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", head) + png_chunk("IDAT", packed) + png_chunk("IEND", {});
}

/// The picture of which Pillow made what tests expect: value (37 x + 91 y + 53 c + 7 x y) mod 256.
inline ca::RgbImage striped_picture(int height, int width)
{
    ca::RgbImage image{{width, height}, {}};
    for (int c = 0; c < 3; ++c)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                image.pixels.push_back(static_cast<std::uint8_t>((37 * x + 91 * y + 53 * c + 7 * x * y) % 256));
    return image;
}

/// One image of a set that is held in memory.
inline ca::RgbImage picture_of(const ca::ImageSet &images, std::size_t index)
{
    const auto pixels = images.image(index);
    return {{images.width, images.height}, {pixels.begin(), pixels.end()}};
}

/// Writes a PNG file and the folder that it lies in. Says whether it was written.
[[nodiscard]] inline bool write_png(const std::filesystem::path &file, const ca::RgbImage &image)
{
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    return write_bytes(file, png_of(image));
}

/// The same, cut off in the middle of its pixels: its header is good.
[[nodiscard]] inline bool write_cut_png(const std::filesystem::path &file, const ca::RgbImage &image)
{
    const std::string bytes = png_of(image);
    return write_bytes(file, bytes.substr(0, bytes.size() / 2));
}

/// A set that is held in memory as files `0.png` … in `folder`; without files where they cannot be written.
inline ca::ImageSet as_files(const std::filesystem::path &folder, const ca::ImageSet &records,
                             ca::Bytes memory = ca::bytes(ca::kPictureMemory))
{
    ca::ImageSet images = records;
    images.pixels.clear();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < records.size(); ++i) {
        names.push_back(std::to_string(i) + ".png");
        if (!write_png(folder / names.back(), picture_of(records, i)))
            return images;
    }
    images.files = std::make_shared<const ca::ImageFiles>(folder, names, memory);
    return images;
}
