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

/// ITU-R BT.601 in 16-bit fixed point, as Pillow's mode L.
std::uint8_t luma(std::uint8_t red, std::uint8_t green, std::uint8_t blue)
{
    return static_cast<std::uint8_t>((red * 19595U + green * 38470U + blue * 7471U + 0x8000U) >> 16U);
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
    return preprocess.crop > 0 ? std::pair(preprocess.crop, preprocess.crop) : resized_sides(preprocess.size, height, width);
}

Normaliser::Normaliser(const Preprocess &how)
{
    for (std::size_t channel = 0; channel < tables_.size(); ++channel)
        for (std::size_t value = 0; value < tables_[channel].size(); ++value)
            tables_[channel][value] = (static_cast<float>(value) / 255.0F - how.mean[channel]) / how.deviation[channel];
}

void Normaliser::write(std::span<const std::uint8_t> picture, std::size_t channels, std::span<float> out) const
{
    const std::size_t plane = picture.size() / channels;
    if (out.size() == plane && channels == 3) {
        for (std::size_t i = 0; i < plane; ++i)
            out[i] = tables_[0][luma(picture[i], picture[plane + i], picture[2 * plane + i])];
        return;
    }
    for (std::size_t channel = 0; channel * plane < out.size(); ++channel) {
        const auto from = picture.subspan(channels == 1 ? 0 : channel * plane, plane);
        std::transform(from.begin(), from.end(), out.begin() + static_cast<std::ptrdiff_t>(channel * plane),
                       [&](std::uint8_t value) { return tables_[channel][value]; });
    }
}

void preprocess(const ImageSet &images, std::span<const std::uint32_t> indices, const Preprocess &preprocess,
                std::span<float> out)
{
    if (indices.empty())
        return;
    PlaneResizer resizer(images.height, images.width, preprocess);
    const Normaliser normaliser(preprocess);
    const auto channels = static_cast<std::size_t>(images.channels);
    const std::size_t plane = static_cast<std::size_t>(images.height) * static_cast<std::size_t>(images.width);
    const std::size_t new_plane = static_cast<std::size_t>(resizer.height()) * static_cast<std::size_t>(resizer.width());
    const std::size_t one = out.size() / indices.size();
    std::vector<std::uint8_t> resized(channels * new_plane);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        for (std::size_t channel = 0; channel < channels; ++channel)
            resizer.resize(images.image(indices[i]).subspan(channel * plane, plane),
                           std::span(resized).subspan(channel * new_plane, new_plane));
        normaliser.write(resized, channels, out.subspan(i * one, one));
    }
}

} // namespace ca
