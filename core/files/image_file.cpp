// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/image_file.h"

#include "core/base/atomic_file.h"
#include "core/files/image_codec.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <new>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const image::Codec *, 4> kCodecs{&image::kPng, &image::kJpeg, &image::kWebp, &image::kBmp};
constexpr std::array<std::string_view, 5> kEndings{".png", ".jpg", ".jpeg", ".bmp", ".webp"};
constexpr std::uintmax_t kFileLimit = std::uintmax_t{1} << 30; // above kMostPixels of 4 bytes, stored without compression
constexpr std::size_t kHeadBytes = 64 * 1024;                  // most headers with their Exif data and colour profile

tl::unexpected<Error> about(const std::string &name, const image::Flaw &flaw)
{
    return fail(flaw.code, "The image " + name + ' ' + flaw.clause + '.');
}

image::Read<const image::Codec *> codec_of(std::string_view bytes)
{
    const auto *const found =
        std::find_if(kCodecs.begin(), kCodecs.end(), [&](const image::Codec *codec) { return codec->matches(bytes); });
    if (found != kCodecs.end())
        return *found;
    if (bytes.empty())
        return tl::unexpected(image::Flaw{ErrorCode::bad_format, "is empty. Copy it again, or leave it out"});
    return tl::unexpected(image::Flaw{
        ErrorCode::bad_format, "is no PNG, JPEG, BMP or WebP picture, whatever its name says. Convert it, or leave it out"});
}

/// The header, once its size has proved bearable.
image::Read<image::Header> header_of(const image::Codec &codec, std::string_view bytes)
{
    const auto header = codec.header(bytes);
    if (!header)
        return header;
    if (header->width <= 0 || header->height <= 0)
        return image::damaged("it has no width or no height");
    if (std::int64_t{header->width} * header->height > kMostPixels)
        return tl::unexpected(image::Flaw{ErrorCode::unsupported,
                                          "has " + std::to_string(header->width) + " x " + std::to_string(header->height)
                                              + " pixels, more than the " + std::to_string(kMostPixels)
                                              + " that are read. Make it smaller, or leave it out"});
    return header;
}

/// What an image is, before its pixels are looked at.
struct Opened {
    const image::Codec *codec;
    image::Header header;
};

image::Read<Opened> open(std::string_view bytes)
{
    const auto codec = codec_of(bytes);
    if (!codec)
        return tl::unexpected(codec.error());
    const auto header = header_of(**codec, bytes);
    if (!header)
        return tl::unexpected(header.error());
    return Opened{*codec, *header};
}

image::Read<RgbImage> decode(std::string_view bytes)
{
    const auto opened = open(bytes);
    if (!opened)
        return tl::unexpected(opened.error());
    const auto &[codec, header] = *opened;
    const std::int64_t most = codec->pixels_of_a_byte * static_cast<std::int64_t>(bytes.size());
    if (most > 0 && std::int64_t{header.width} * header.height > most)
        return image::cut_off();
    RgbImage image;
    image::Rows rows(image, header);
    if (const auto read = codec->pixels(bytes, rows); !read)
        return tl::unexpected(read.error());
    return image;
}

Result<std::size_t> size_of_file(const fs::path &file)
{
    std::error_code reason;
    const fs::file_status status = fs::status(file, reason);
    if (status.type() == fs::file_type::not_found)
        return fail(ErrorCode::not_found, "There is no image " + file.string() + ". Check its name.");
    if (!fs::is_regular_file(status))
        return fail(ErrorCode::unreadable, file.string() + " is not a file that can be read. Choose an image.");
    const std::uintmax_t size = fs::file_size(file, reason);
    if (reason)
        return fail(ErrorCode::unreadable, "The image " + file.string() + " cannot be read: " + reason.message() + ".");
    if (size > kFileLimit)
        return fail(ErrorCode::unsupported,
                    "The image " + file.string() + " is larger than 1 GiB. Make it smaller, or leave it out.");
    return static_cast<std::size_t>(size);
}

/// Empty where it cannot be opened, which `read_file` then says.
std::string head_of(const fs::path &file, std::size_t size)
{
    std::string head(std::min(size, kHeadBytes), '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(stream.gcount()));
    return head;
}

image::Read<ImageSize> size_from(std::string_view bytes)
{
    const auto opened = open(bytes);
    if (!opened)
        return tl::unexpected(opened.error());
    const image::Header &header = opened->header;
    return header.orientation >= 5 ? ImageSize{header.height, header.width} : ImageSize{header.width, header.height};
}

tl::unexpected<Error> no_memory(const std::string &name)
{
    return fail(ErrorCode::out_of_memory,
                "There is not enough memory for the image " + name + ". Close other programs, or make it smaller.");
}

} // namespace

bool has_image_name(std::string_view name)
{
    const auto ends_with = [&](std::string_view ending) {
        return name.size() > ending.size() && std::equal(ending.rbegin(), ending.rend(), name.rbegin(), [](char wanted, char c) {
                   return wanted == (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
               });
    };
    return std::any_of(kEndings.begin(), kEndings.end(), ends_with);
}

Result<RgbImage> decode_image(std::string_view bytes, const std::string &name)
{
    try {
        auto image = decode(bytes);
        return image ? Result<RgbImage>(std::move(*image)) : about(name, image.error());
    } catch (const std::bad_alloc &) {
        return no_memory(name);
    }
}

Result<RgbImage> read_image(const fs::path &file)
{
    const auto size = size_of_file(file);
    if (!size)
        return forward(size);
    try {
        const auto bytes = read_file(file, *size);
        return bytes ? decode_image(*bytes, file.string()) : forward(bytes);
    } catch (const std::bad_alloc &) {
        return no_memory(file.string());
    }
}

Result<ImageSize> read_image_size(const fs::path &file)
{
    const auto size = size_of_file(file);
    if (!size)
        return forward(size);
    try {
        const std::string head = head_of(file, *size);
        auto image_size = size_from(head);
        if (!image_size && image_size.error().code == ErrorCode::bad_format && head.size() < *size) {
            const auto bytes = read_file(file, *size);
            if (!bytes)
                return forward(bytes);
            image_size = size_from(*bytes);
        }
        return image_size ? Result<ImageSize>(*image_size) : about(file.string(), image_size.error());
    } catch (const std::bad_alloc &) {
        return no_memory(file.string());
    }
}

} // namespace ca
