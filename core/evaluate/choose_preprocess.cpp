// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/class_places.h"
#include "core/evaluate/evaluate.h"

#include <algorithm>
#include <optional>

namespace ca {
namespace {

constexpr std::size_t kImagesToChooseBy = 256;

std::string percent(double fraction)
{
    return to_text(fraction * 100, 1) + " %";
}

/// Height and width.
using Sides = std::pair<int, int>;
constexpr Sides kVaried{0, 0};

/// Of all images that the program will see, those for calibration too.
Sides sides_of(const DataSet &data)
{
    std::optional<Sides> common;
    for (const auto &images : {data.all.images, data.calibration.images}) {
        if (!images)
            continue;
        const Sides sides{images->height, images->width};
        common = common.value_or(sides) == sides ? sides : kVaried;
    }
    return common.value_or(kVaried);
}

std::string to_text(Sides sides)
{
    return sides == kVaried ? "different sizes" : std::to_string(sides.first) + " x " + std::to_string(sides.second);
}

Sides sides_of(const Model &model)
{
    return {static_cast<int>(model.input.height), static_cast<int>(model.input.width)};
}

bool fits(const Preprocess &how, Sides images, const Model &model)
{
    return model.input.channels == 3 && output_size(how, images.first, images.second) == sides_of(model);
}

struct Preset {
    std::string name;
    Preprocess preprocess;
};

/// Shorter sides that presets resize to before they crop a square of `side`: ImageNet's networks keep 224 of 256 pixels at any
/// side (timm, `crop_pct` 0.875), the others all of it.
int resized_side(const std::string &name, int side)
{
    return name == "imagenet" ? side * 256 / 224 : side;
}

/// The presets that make what the model takes out of the data's images; in the order in which ties are decided. Images that have
/// the model's size already are left as they are.
std::vector<Preset> fitting_presets(const Model &model, Sides images)
{
    std::vector<Preset> presets;
    for (const std::string name : {"cifar10", "imagenet", "clip", "plain"}) {
        Preprocess how = parse_preprocess(name).value_or(Preprocess{}); // plain: only to 0..1
        const bool is_native = images == sides_of(model);
        how.crop = is_native ? 0 : sides_of(model).first;
        how.size = is_native ? 0 : resized_side(name, how.crop);
        if (fits(how, images, model))
            presets.push_back({name, how});
    }
    return presets;
}

tl::unexpected<Error> no_preset_fits(const Model &model, Sides images)
{
    return fail(ErrorCode::bad_data,
                "The model takes images of " + to_text(sides_of(model)) + " with " + std::to_string(model.input.channels)
                    + " channels; no preprocessing makes that of images of " + to_text(images)
                    + " with 3. Choose data of the model's size.");
}

PreprocessChoice assumed(const std::vector<Preset> &presets, const Model &model, const std::string &why)
{
    const bool small = model.input.height == 32 && model.input.width == 32;
    const std::string wanted = model.zero_shot ? "clip" : small ? "cifar10" : "imagenet";
    const auto preset =
        std::find_if(presets.begin(), presets.end(), [&](const Preset &candidate) { return candidate.name == wanted; });
    const Preset &chosen = preset == presets.end() ? presets.front() : *preset;
    return {chosen.preprocess, "preprocessing " + chosen.name + " is assumed, because " + why};
}

Result<PreprocessChoice> best_by_labels(const std::vector<Preset> &presets, const Model &model, const Split &sample,
                                        const Scoring &scoring, int threads, const std::stop_token &stop)
{
    std::vector<double> scores;
    std::int64_t images = 0; // that can be read, which is no matter of the preset
    for (const Preset &preset : presets) {
        const auto predictions = predict(model.program, model.input, sample, preset.preprocess, threads, stop, {});
        if (!predictions)
            return forward(predictions);
        const Accuracy accuracy = accuracy_of(*predictions, sample, scoring, nullptr);
        scores.push_back(accuracy.top1());
        images = accuracy.n;
    }
    const auto best = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    std::string sentence = "preprocessing " + presets[best].name + ": " + percent(scores[best]) + " of " + std::to_string(images)
        + " calibration images right";
    std::size_t next = presets.size();
    for (std::size_t i = 0; i < presets.size(); ++i)
        if (i != best && (next == presets.size() || scores[i] > scores[next]))
            next = i;
    if (next < presets.size())
        sentence += ", the next best (" + presets[next].name + ") " + percent(scores[next]);
    return PreprocessChoice{presets[best].preprocess, sentence};
}

Result<PreprocessChoice> choose_preset(const std::vector<Preset> &presets, const Model &model, const DataSet &data, int threads,
                                       const std::stop_token &stop)
{
    const Split sample = data.calibration.first(kImagesToChooseBy);
    if (!is_labelled(sample))
        return assumed(presets, model, "the calibration images have no labels");
    const ClassPlaces places = find_classes(model, data.classes);
    if (!places.known)
        return assumed(presets, model, places.why);
    return best_by_labels(presets, model, sample, {Head::logits, places.outputs}, threads, stop);
}

Result<PreprocessChoice> choose_as_told(const std::string &wanted, const Model &model, Sides images)
{
    const auto how = parse_preprocess(wanted);
    if (!how)
        return forward(how);
    if (fits(*how, images, model))
        return PreprocessChoice{*how, "preprocessing " + wanted + ", as told"};
    const std::string side = std::to_string(model.input.height);
    const Sides made = how->crop == 0 && images == kVaried ? kVaried : output_size(*how, images.first, images.second);
    return fail(ErrorCode::bad_data,
                "The preprocessing " + wanted + " makes images of " + to_text(made) + ", and the model takes "
                    + to_text(sides_of(model)) + " with " + std::to_string(model.input.channels)
                    + " channels. Choose auto, or add size=" + side + ",crop=" + side + ".");
}

} // namespace

Result<PreprocessChoice> choose_preprocess(const std::string &wanted, const Model &model, const DataSet &data, int threads,
                                           std::stop_token stop)
{
    if (!data.all.images && !data.calibration.images)
        return fail(ErrorCode::bad_data, "The data set " + data.name + " has no images. Choose one that has some.");
    const Sides images = sides_of(data);
    if (wanted != "auto")
        return choose_as_told(wanted, model, images);
    const std::vector<Preset> presets = fitting_presets(model, images);
    if (!model.preprocess.empty()) {
        auto stated = choose_as_told(model.preprocess, model, images);
        if (stated)
            stated->sentence = "preprocessing as the model states it: " + model.preprocess;
        if (stated || presets.empty())
            return stated;
    }
    if (presets.empty())
        return no_preset_fits(model, images);
    auto chosen = choose_preset(presets, model, data, threads, stop);
    if (chosen && !model.preprocess.empty())
        chosen->sentence += "; what the model states (" + model.preprocess + ") does not give its size";
    return chosen;
}

} // namespace ca
