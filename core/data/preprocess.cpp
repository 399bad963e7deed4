// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/preprocess.h"

#include "core/data/resize.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace ca {
namespace {

constexpr int kLargestSide = 4096; // pixels; a batch of larger inputs would not fit memory

constexpr Preprocess kCifar10{0, 0, ResizeFilter::bilinear, {0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}};
constexpr Preprocess kImageNet{256, 224, ResizeFilter::bilinear, {0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
constexpr Preprocess kClip{
    224, 224, ResizeFilter::bicubic, {0.48145466F, 0.4578275F, 0.40821073F}, {0.26862954F, 0.26130258F, 0.27577711F}};

std::vector<std::string_view> pieces(std::string_view text, char separator)
{
    std::vector<std::string_view> result;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(separator);
        result.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return result;
}

template <typename Number>
std::optional<Number> number(std::string_view text)
{
    Number value{};
    const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), value);
    return reason == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

std::optional<Preprocess> preset(std::string_view name)
{
    if (name == "cifar10")
        return kCifar10;
    if (name == "imagenet")
        return kImageNet;
    if (name == "clip")
        return kClip;
    return std::nullopt;
}

bool set_side(int &side, std::string_view text)
{
    const auto value = number<int>(text);
    side = value.value_or(-1);
    return side >= 0 && side <= kLargestSide;
}

bool set_channels(std::array<float, 3> &channels, std::string_view text, bool positive)
{
    const auto parts = pieces(text, ':');
    if (parts.size() != channels.size())
        return false;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto value = number<float>(parts[i]);
        if (!value || !std::isfinite(*value) || (positive && *value <= 0))
            return false;
        channels[i] = *value;
    }
    return true;
}

bool set_filter(ResizeFilter &filter, std::string_view text)
{
    filter = text == "bicubic" ? ResizeFilter::bicubic : ResizeFilter::bilinear;
    return text == "bicubic" || text == "bilinear";
}

bool set_option(Preprocess &result, std::string_view key, std::string_view value)
{
    return (key == "size" && set_side(result.size, value)) || (key == "crop" && set_side(result.crop, value))
        || (key == "filter" && set_filter(result.filter, value)) || (key == "mean" && set_channels(result.mean, value, false))
        || (key == "std" && set_channels(result.deviation, value, true));
}

std::string channels_text(const std::array<float, 3> &channels)
{
    std::string text;
    for (const float channel : channels) {
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), channel).ptr;
        text += (text.empty() ? "" : ":") + std::string(digits.data(), end);
    }
    return text;
}

/// Height and width after resizing the shorter side. Source: torchvision, `_compute_resized_output_size`.
std::pair<int, int> resized(int size, int height, int width)
{
    if (size == 0)
        return {height, width};
    const auto longer = [&](int side, int shorter) { return static_cast<int>(static_cast<std::int64_t>(size) * side / shorter); };
    return height <= width ? std::pair(size, longer(width, height)) : std::pair(longer(height, width), size);
}

/// Where the centre crop begins; below 0 where the image is smaller, which black then surrounds.
/// Source: torchvision, `center_crop`: halves round to even, padding rounds down.
int crop_start(int side, int crop)
{
    const int rest = side - crop;
    return rest >= 0 ? static_cast<int>(std::nearbyint(rest / 2.0)) : -((-rest) / 2);
}

/// What a pixel's value becomes in one channel.
std::array<float, 256> value_table(float mean, float deviation)
{
    std::array<float, 256> table{};
    for (std::size_t value = 0; value < table.size(); ++value)
        table[value] = (static_cast<float>(value) / 255.0F - mean) / deviation;
    return table;
}

struct Crop {
    int height, width;         ///< of the plane
    int new_height, new_width; ///< of the crop
    int top, left;             ///< where it begins, may lie outside

    /// Writes the crop of one plane through `table`.
    void write(std::span<const std::uint8_t> plane, const std::array<float, 256> &table, float *out) const
    {
        for (int row = top; row < top + new_height; ++row) {
            for (int column = left; column < left + new_width; ++column) {
                const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                const int at = row * width + column;
                *out++ = table[inside ? plane[static_cast<std::size_t>(at)] : 0];
            }
        }
    }
};

/// Luma by ITU-R BT.601 in 16-bit fixed point, as Pillow's mode L.
std::vector<std::uint8_t> to_grey(std::span<const std::uint8_t> image, std::size_t plane)
{
    std::vector<std::uint8_t> grey(plane);
    for (std::size_t i = 0; i < plane; ++i)
        grey[i] = static_cast<std::uint8_t>((image[i] * 19595U + image[plane + i] * 38470U + image[2 * plane + i] * 7471U + 0x8000U) >> 16U);
    return grey;
}

} // namespace

Result<Preprocess> parse_preprocess(const std::string &text)
{
    Preprocess result;
    const auto parts = pieces(text, ',');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto named = i == 0 ? preset(parts[i]) : std::nullopt;
        const std::size_t equals = parts[i].find('=');
        if (named)
            result = *named;
        else if (equals == std::string_view::npos || !set_option(result, parts[i].substr(0, equals), parts[i].substr(equals + 1)))
            return fail(ErrorCode::usage,
                        "The preprocessing \"" + text + "\" is not understood at \"" + std::string(parts[i])
                            + "\". Give cifar10, imagenet, clip, or options such as "
                              "size=224,crop=224,filter=bicubic,mean=0.5:0.5:0.5,std=0.5:0.5:0.5.");
    }
    if (result.size > 0 && result.crop > result.size)
        return fail(ErrorCode::usage,
                    "The preprocessing \"" + text + "\" crops " + std::to_string(result.crop) + " pixels out of "
                        + std::to_string(result.size) + ". Make size at least as large as crop.");
    return result;
}

std::string to_text(const Preprocess &preprocess)
{
    return "size=" + std::to_string(preprocess.size) + ",crop=" + std::to_string(preprocess.crop)
        + ",filter=" + (preprocess.filter == ResizeFilter::bicubic ? "bicubic" : "bilinear")
        + ",mean=" + channels_text(preprocess.mean) + ",std=" + channels_text(preprocess.deviation);
}

std::pair<int, int> output_size(const Preprocess &preprocess, int height, int width)
{
    return preprocess.crop > 0 ? std::pair(preprocess.crop, preprocess.crop) : resized(preprocess.size, height, width);
}

void preprocess(const ImageSet &images, std::span<const std::uint32_t> indices, const Preprocess &preprocess,
                std::span<float> out)
{
    const auto [height, width] = resized(preprocess.size, images.height, images.width);
    const auto [new_height, new_width] = output_size(preprocess, images.height, images.width);
    const Crop crop{height, width, new_height, new_width, crop_start(height, new_height), crop_start(width, new_width)};
    const bool scaled = height != images.height || width != images.width;
    PlaneResizer resizer(images.height, images.width, height, width, preprocess.filter);
    std::vector<std::uint8_t> larger(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    std::array<std::array<float, 256>, 3> tables{};
    for (std::size_t channel = 0; channel < tables.size(); ++channel)
        tables[channel] = value_table(preprocess.mean[channel], preprocess.deviation[channel]);

    const std::size_t plane = static_cast<std::size_t>(images.height) * static_cast<std::size_t>(images.width);
    const std::size_t out_plane = static_cast<std::size_t>(new_height) * static_cast<std::size_t>(new_width);
    const std::size_t channels = indices.empty() ? 0 : out.size() / (indices.size() * out_plane);
    float *to = out.data();
    std::vector<std::uint8_t> grey;
    for (const std::uint32_t index : indices) {
        for (std::size_t channel = 0; channel < channels; ++channel, to += out_plane) {
            auto pixels = images.image(index).subspan(images.channels == 1 ? 0 : channel * plane, plane);
            if (channels == 1 && images.channels == 3)
                pixels = grey = to_grey(images.image(index), plane);
            if (scaled) {
                resizer.resize(pixels, larger);
                pixels = larger;
            }
            crop.write(pixels, tables[channel], to);
        }
    }
}

} // namespace ca
