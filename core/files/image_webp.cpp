// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/image_codec.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>
#include <vector>

namespace ca::image {
namespace {

struct CloseDemuxer {
    void operator()(WebPDemuxer *demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, CloseDemuxer>;

struct OpenWebp {
    Demuxer demuxer;
    bool is_whole = false;
};

OpenWebp open(std::string_view bytes)
{
    const WebPData data{reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    Demuxer demuxer(WebPDemuxPartial(&data, &state));
    if (state == WEBP_DEMUX_PARSE_ERROR || state == WEBP_DEMUX_PARSING_HEADER)
        demuxer.reset();
    return {std::move(demuxer), state == WEBP_DEMUX_DONE};
}

std::string_view exif_of(const WebPDemuxer *demuxer)
{
    WebPChunkIterator chunk{};
    std::string_view exif;
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0)
        exif = {reinterpret_cast<const char *>(chunk.chunk.bytes), chunk.chunk.size};
    WebPDemuxReleaseChunkIterator(&chunk);
    return exif; // lies in the file's bytes
}

Read<Header> header(std::string_view bytes)
{
    const OpenWebp webp = open(bytes);
    if (!webp.demuxer)
        return damaged("its parts do not fit together, or it is cut off");
    const bool has_exif = (WebPDemuxGetI(webp.demuxer.get(), WEBP_FF_FORMAT_FLAGS) & EXIF_FLAG) != 0;
    if (has_exif && !webp.is_whole) // Exif data follows the pixels
        return cut_off();
    Header result{static_cast<int>(WebPDemuxGetI(webp.demuxer.get(), WEBP_FF_CANVAS_WIDTH)), // at most 2^24 each
                  static_cast<int>(WebPDemuxGetI(webp.demuxer.get(), WEBP_FF_CANVAS_HEIGHT)), 1};
    if (has_exif)
        result.orientation = exif_orientation(exif_of(webp.demuxer.get()));
    return result;
}

/// Decodes one frame to its place on a black canvas of `canvas`'s size.
Read<void> draw(const WebPIterator &frame, const Rows &rows, std::vector<std::uint8_t> &canvas)
{
    const auto x = static_cast<std::size_t>(frame.x_offset), y = static_cast<std::size_t>(frame.y_offset);
    const auto width = static_cast<std::size_t>(frame.width), height = static_cast<std::size_t>(frame.height);
    if (x + width > rows.width() || y + height > rows.height())
        return damaged("a frame is larger than the picture");
    const std::size_t begin = y * rows.row_bytes() + 3 * x;
    const auto *decoded = WebPDecodeRGBInto(frame.fragment.bytes, frame.fragment.size, canvas.data() + begin,
                                            canvas.size() - begin, static_cast<int>(rows.row_bytes()));
    return decoded ? Read<void>() : damaged("its pixels cannot be decoded");
}

Read<void> pixels(std::string_view bytes, Rows &rows)
{
    const OpenWebp webp = open(bytes);
    if (!webp.demuxer || !webp.is_whole)
        return cut_off();
    std::vector<std::uint8_t> canvas(rows.row_bytes() * rows.height());
    WebPIterator frame{};
    Read<void> drawn = damaged("it holds no picture");
    if (WebPDemuxGetFrame(webp.demuxer.get(), 1, &frame) != 0)
        drawn = draw(frame, rows, canvas);
    WebPDemuxReleaseIterator(&frame);
    if (!drawn)
        return drawn;
    for (std::size_t row = 0; row < rows.height(); ++row)
        rows.put(row, canvas.data() + row * rows.row_bytes());
    return {};
}

} // namespace

const Codec kWebp{
    [](std::string_view bytes) { return bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"; },
    header, pixels, 0}; // a picture of one colour takes some 30 bytes, however large

} // namespace ca::image
