// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/image_codec.h"
#include "core/files/jump_guard.h"

#include <png.h>

#include <algorithm>
#include <cstring>
#include <vector>

// Source of the order of calls: libpng-manual.txt, III.

namespace ca::image {
namespace {

using namespace std::string_view_literals;

constexpr auto kMagic = "\x89PNG\r\n\x1A\n"sv;
constexpr png_alloc_size_t kLargestChunk = 8U
    << 20U; // bytes, unpacked: of those that are kept only Exif data and palettes are left

/// Chunks that say nothing about the pixels as Pillow sees them, some of them compressed; five bytes each.
constexpr auto kSkipped = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0hIST\0pCAL\0sCAL\0"sv;

[[noreturn]] void on_error(png_structp png, png_const_charp reason)
{
    static_cast<JumpGuard *>(png_get_error_ptr(png))->leave(reason);
}

void on_warning(png_structp /*png*/, png_const_charp /*reason*/) { }

class PngReader {
public:
    explicit PngReader(std::string_view bytes)
        : rest_(bytes),
          png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &guard_, on_error, on_warning)),
          info_(png_ ? png_create_info_struct(png_) : nullptr)
    {
    }
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngReader(const PngReader &) = delete;
    PngReader &operator=(const PngReader &) = delete;

    Read<Header> header()
    {
        Header result;
        png_uint_32 exif_bytes = 0;
        png_bytep exif = nullptr;
        const bool read = info_ && guard_.run([&] {
            read_info();
            result.width = static_cast<int>(png_get_image_width(png_, info_)); // below 2^31 by the format
            result.height = static_cast<int>(png_get_image_height(png_, info_));
            png_get_eXIf_1(png_, info_, &exif_bytes, &exif);
        });
        if (!read)
            return flaw();
        if (exif)
            result.orientation = exif_orientation(std::string(exif, exif + exif_bytes));
        return result;
    }

    Read<void> pixels(Rows &rows)
    {
        int passes = 0;
        const bool begun = info_ && guard_.run([&] {
            read_info();
            ask_for_rgb();
            passes = png_set_interlace_handling(png_);
            png_read_update_info(png_, info_);
        });
        if (!begun)
            return flaw();
        if (png_get_rowbytes(png_, info_) != rows.row_bytes())
            return not_read("has a kind of pixel that is not read");
        // Each pass of an interlaced picture fills in what those before it left open.
        std::vector<std::uint8_t> buffer(rows.row_bytes() * (passes > 1 ? rows.height() : 1));
        const std::size_t step = passes > 1 ? rows.row_bytes() : 0;
        const bool read = guard_.run([&] {
            for (int pass = 0; pass < passes; ++pass) {
                for (std::size_t row = 0; row < rows.height(); ++row) {
                    png_read_row(png_, buffer.data() + row * step, nullptr);
                    if (pass + 1 == passes)
                        rows.put(row, buffer.data() + row * step);
                }
            }
            png_read_end(png_, nullptr);
        });
        return read ? Read<void>() : flaw();
    }

private:
    static void take(png_structp png, png_bytep to, std::size_t count)
    {
        auto &reader = *static_cast<PngReader *>(png_get_io_ptr(png));
        reader.cut_off_ = count > reader.rest_.size();
        if (reader.cut_off_)
            png_error(png, "its data ends early");
        std::memcpy(to, reader.rest_.data(), count);
        reader.rest_.remove_prefix(count);
    }

    void read_info()
    {
        png_set_chunk_malloc_max(png_, kLargestChunk);
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, reinterpret_cast<png_const_bytep>(kSkipped.data()),
                                    static_cast<int>(kSkipped.size() / 5));
        png_set_read_fn(png_, this, take);
        png_read_info(png_, info_);
    }

    void ask_for_rgb()
    {
        png_set_expand(png_);
        png_set_strip_16(png_);
        png_set_strip_alpha(png_);
        png_set_gray_to_rgb(png_);
    }

    [[nodiscard]] tl::unexpected<Flaw> flaw() const { return cut_off_ ? cut_off() : damaged(guard_.reason()); }

    std::string_view rest_;
    bool cut_off_ = false;
    JumpGuard guard_;
    png_structp png_;
    png_infop info_;
};

} // namespace

const Codec kPng{[](std::string_view bytes) { return bytes.starts_with(kMagic); },
                 [](std::string_view bytes) { return PngReader(bytes).header(); },
                 [](std::string_view bytes, Rows &rows) { return PngReader(bytes).pixels(rows); },
                 8 * 1032}; // one bit a pixel, and deflate makes at most 1032 bytes of one (zlib's technical details)

} // namespace ca::image
