// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/stated_preprocess.h"

#include <optional>

namespace ca {
namespace {

/// A side: a number, `shortest_edge`, or `height` and `width` where they are equal.
std::optional<int> side_of(const Json &json)
{
    if (json.is_number_integer())
        return json.get<int>();
    if (!json.is_object())
        return std::nullopt;
    if (json.contains("shortest_edge"))
        return side_of(json["shortest_edge"]);
    if (json.contains("height") && json.contains("width") && json["height"] == json["width"])
        return side_of(json["height"]);
    return std::nullopt;
}

std::optional<std::string> three_numbers(const Json &json)
{
    if (!json.is_array() || json.size() != 3)
        return std::nullopt;
    std::string text;
    for (const Json &number : json) {
        if (!number.is_number())
            return std::nullopt;
        text += (text.empty() ? "" : ":") + number.dump();
    }
    return text;
}

} // namespace

std::string stated_preprocess(const Json &said)
{
    constexpr int kBilinear = 2, kBicubic = 3; // Pillow's numbers
    if (!said.is_object())
        return {};
    const auto does = [&](const char *what) { return said.value(what, Json(true)) != Json(false); };
    std::string text;
    if (does("do_resize")) {
        const auto side = side_of(said.value("size", Json()));
        const int filter = said.value("resample", Json(kBilinear)).is_number_integer() ? said.value("resample", kBilinear) : 0;
        if (!side || (filter != kBilinear && filter != kBicubic))
            return {};
        // ConvNeXt's way, which ResNets use, too: below 384 the crop is a part of what was resized.
        constexpr int kUncropped = 384;
        const Json part = said.value("crop_pct", Json());
        const bool is_part = part.is_number() && part.get<double>() > 0.1 && *side < kUncropped;
        const int resized = is_part ? static_cast<int>(*side / part.get<double>()) : *side;
        text = "size=" + std::to_string(resized) + ",filter=" + (filter == kBicubic ? "bicubic" : "bilinear");
        if (!said.contains("crop_size") || !does("do_center_crop")) // both sides get this length
            text += ",crop=" + std::to_string(*side);
    }
    if (said.contains("crop_size") && does("do_center_crop"))
        if (const auto side = side_of(said["crop_size"]))
            text += std::string(text.empty() ? "" : ",") + "crop=" + std::to_string(*side);
    if (does("do_normalize")) {
        const auto mean = three_numbers(said.value("image_mean", Json())),
                   deviation = three_numbers(said.value("image_std", Json()));
        if (!mean || !deviation)
            return {};
        text += (text.empty() ? "mean=" : ",mean=") + *mean + ",std=" + *deviation;
    }
    return text;
}

} // namespace ca
