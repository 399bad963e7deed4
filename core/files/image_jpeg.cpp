// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/image_codec.h"
#include "core/files/jump_guard.h"

#include <cstdio> // jpeglib.h wants it before itself

#include <jpeglib.h>

#include <jerror.h>

#include <vector>

// Source of the order of calls: libjpeg.txt and example.txt of libjpeg-turbo.

namespace ca::image {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kMostScans = 64; // encoders write about ten; thousands of empty ones would keep this busy for hours

class JpegReader {
public:
    explicit JpegReader(std::string_view bytes) : bytes_(bytes)
    {
        info_.err = jpeg_std_error(&errors_);
        errors_.error_exit = on_error;
        errors_.emit_message = on_message;
        progress_.progress_monitor = on_progress;
        info_.client_data = this;
    }
    ~JpegReader() { jpeg_destroy_decompress(&info_); }
    JpegReader(const JpegReader &) = delete;
    JpegReader &operator=(const JpegReader &) = delete;

    Read<Header> header()
    {
        if (!guard_.run([&] { read_header(); }))
            return flaw();
        Header result{static_cast<int>(info_.image_width), static_cast<int>(info_.image_height), 1}; // at most 65500 each
        for (jpeg_saved_marker_ptr marker = info_.marker_list; marker; marker = marker->next) {
            const std::string data(marker->data, marker->data + marker->data_length);
            if (data.starts_with("Exif")) {
                result.orientation = exif_orientation(data);
                break;
            }
        }
        return result;
    }

    Read<void> pixels(Rows &rows)
    {
        if (!guard_.run([&] { read_header(); }))
            return flaw();
        const int channels = info_.num_components;
        if (channels != 1 && channels != 3 && channels != 4)
            return not_read("is a JPEG of " + std::to_string(channels) + " channels, which are no known colours");
        info_.out_color_space = channels == 4 ? JCS_CMYK : JCS_RGB;
        std::vector<std::uint8_t> stored(4 * rows.width());
        std::vector<std::uint8_t> rgb(channels == 4 ? rows.row_bytes() : 0);
        std::uint8_t *line = stored.data();
        const bool read = guard_.run([&] {
            jpeg_start_decompress(&info_);
            while (info_.output_scanline < info_.output_height) {
                const std::size_t row = info_.output_scanline;
                jpeg_read_scanlines(&info_, &line, 1);
                if (channels == 4)
                    from_cmyk(stored, rgb);
                rows.put(row, channels == 4 ? rgb.data() : line);
            }
        });
        return read ? Read<void>() : flaw();
    }

private:
    static JpegReader &self(j_common_ptr info) { return *static_cast<JpegReader *>(info->client_data); }

    [[noreturn]] static void on_error(j_common_ptr info)
    {
        char reason[JMSG_LENGTH_MAX];
        info->err->format_message(info, reason);
        self(info).guard_.leave(reason);
    }

    /// A file that ends early is only warned of, and grey takes the place of what is missing.
    static void on_message(j_common_ptr info, int /*level*/)
    {
        if (info->err->msg_code != JWRN_JPEG_EOF)
            return;
        self(info).cut_off_ = true;
        self(info).guard_.leave("its data ends early");
    }

    static void on_progress(j_common_ptr info)
    {
        if (self(info).info_.input_scan_number > kMostScans)
            self(info).guard_.leave("it has more scans than a picture needs");
    }

    void read_header()
    {
        jpeg_create_decompress(&info_);
        info_.progress = &progress_;
        jpeg_mem_src(&info_, reinterpret_cast<const unsigned char *>(bytes_.data()), static_cast<unsigned long>(bytes_.size()));
        jpeg_save_markers(&info_, kExifMarker, 0xFFFF);
        jpeg_read_header(&info_, TRUE);
    }

    /// Adobe's inverted CMYK. Source: Pillow, src/libImaging/Convert.c, cmyk2rgb; MULDIV255 of ImagingUtils.h.
    static void from_cmyk(const std::vector<std::uint8_t> &cmyk, std::vector<std::uint8_t> &rgb) noexcept
    {
        for (std::size_t pixel = 0; 3 * pixel < rgb.size(); ++pixel) {
            const unsigned black = cmyk[4 * pixel + 3];
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const unsigned product = (255U - cmyk[4 * pixel + channel]) * black + 128U;
                rgb[3 * pixel + channel] = static_cast<std::uint8_t>(black - (((product >> 8U) + product) >> 8U));
            }
        }
    }

    [[nodiscard]] tl::unexpected<Flaw> flaw() const { return cut_off_ ? cut_off() : damaged(guard_.reason()); }

    std::string_view bytes_;
    bool cut_off_ = false;
    JumpGuard guard_;
    jpeg_decompress_struct info_{};
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
};

} // namespace

const Codec kJpeg{[](std::string_view bytes) { return bytes.starts_with("\xFF\xD8\xFF"); },
                  [](std::string_view bytes) { return JpegReader(bytes).header(); },
                  [](std::string_view bytes, Rows &rows) { return JpegReader(bytes).pixels(rows); },
                  8 * 64 * 16}; // a block of 8 x 8 samples takes a bit at least, and a sample stands for 4 x 4 pixels at most

} // namespace ca::image
