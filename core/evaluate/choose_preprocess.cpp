// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kImagesToChooseBy = 256;

bool labelled(const Split &split)
{
    if (!split.images || split.size() == 0)
        return false;
    for (std::size_t i = 0; i < split.size(); ++i)
        if (split.label(i) < 0)
            return false;
    return true;
}

bool counts_agree(const Model &model, const DataSet &data)
{
    return model.input.outputs == static_cast<std::int64_t>(data.classes.size());
}

std::string counts(const Model &model, const DataSet &data)
{
    return "the model has " + std::to_string(model.input.outputs) + " outputs and the data " + std::to_string(data.classes.size())
        + " classes";
}

std::string percent(double fraction)
{
    return to_text(fraction * 100, 1) + " %";
}

struct Preset {
    std::string name;
    Preprocess preprocess;
};

/// The presets that make what the model takes out of the data's images; in the order in which ties are decided. Presets are moved
/// to the model's size; images that have it already are left as they are.
std::vector<Preset> fitting_presets(const Model &model, const ImageSet &images)
{
    std::vector<Preset> presets;
    for (const char *name : {"cifar10", "imagenet", "clip", "plain"}) {
        Preprocess how;
        if (name != std::string("plain")) {
            const auto parsed = parse_preprocess(name);
            if (!parsed)
                continue;
            how = *parsed;
        }
        const int side = static_cast<int>(model.input.height);
        if (images.height == model.input.height && images.width == model.input.width) {
            how.size = 0;
            how.crop = 0;
        } else if (output_size(how, images.height, images.width) != std::pair(side, static_cast<int>(model.input.width))) {
            how.size = side;
            how.crop = side;
        }
        if (model.input.channels == 3
            && output_size(how, images.height, images.width) == std::pair(side, static_cast<int>(model.input.width)))
            presets.push_back({name, how});
    }
    return presets;
}

tl::unexpected<Error> no_preset_fits(const Model &model, const ImageSet &images)
{
    return fail(ErrorCode::bad_data,
                "The model takes images of " + std::to_string(model.input.height) + " x " + std::to_string(model.input.width)
                    + " with " + std::to_string(model.input.channels) + " channels; no preprocessing makes that of images of "
                    + std::to_string(images.height) + " x " + std::to_string(images.width) + " with "
                    + std::to_string(images.channels) + ". Choose data of the model's size.");
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

Result<PreprocessChoice> best_by_labels(const std::vector<Preset> &presets, const Model &model, const Split &sample, int threads,
                                        const std::stop_token &stop)
{
    std::vector<double> scores;
    for (const Preset &preset : presets) {
        const auto predictions = predict(model.program, model.input, sample, preset.preprocess, threads, stop, {});
        if (!predictions)
            return forward(predictions);
        scores.push_back(accuracy_of(*predictions, sample, Head::logits, nullptr).top1());
    }
    const auto best = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    std::string sentence = "preprocessing " + presets[best].name + ": " + percent(scores[best]) + " of "
        + std::to_string(sample.size()) + " calibration images right";
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
    if (!counts_agree(model, data))
        return assumed(presets, model, counts(model, data));
    if (!labelled(sample))
        return assumed(presets, model, "the calibration images have no labels");
    return best_by_labels(presets, model, sample, threads, stop);
}

Result<PreprocessChoice> choose_as_told(const std::string &wanted, const Model &model, const ImageSet &images)
{
    const auto how = parse_preprocess(wanted);
    if (!how)
        return forward(how);
    const auto [height, width] = output_size(*how, images.height, images.width);
    if (height == model.input.height && width == model.input.width && model.input.channels == 3)
        return PreprocessChoice{*how, "preprocessing " + wanted + ", as told"};
    const std::string side = std::to_string(model.input.height);
    return fail(ErrorCode::bad_data,
                "The preprocessing " + wanted + " makes images of " + std::to_string(height) + " x " + std::to_string(width)
                    + ", and the model takes " + side + " x " + std::to_string(model.input.width) + " with "
                    + std::to_string(model.input.channels) + " channels. Choose auto, or add size=" + side + ",crop=" + side
                    + ".");
}

} // namespace

Result<PreprocessChoice> choose_preprocess(const std::string &wanted, const Model &model, const DataSet &data, int threads,
                                           std::stop_token stop)
{
    const auto &images = data.all.images ? data.all.images : data.calibration.images;
    if (!images)
        return fail(ErrorCode::bad_data, "The data set " + data.name + " has no images. Choose one that has some.");
    if (wanted != "auto")
        return choose_as_told(wanted, model, *images);
    const std::vector<Preset> presets = fitting_presets(model, *images);
    if (!model.preprocess.empty()) {
        auto stated = choose_as_told(model.preprocess, model, *images);
        if (stated)
            stated->sentence = "preprocessing as the model states it: " + model.preprocess;
        if (stated || presets.empty())
            return stated;
    }
    if (presets.empty())
        return no_preset_fits(model, *images);
    auto chosen = choose_preset(presets, model, data, threads, stop);
    if (chosen && !model.preprocess.empty())
        chosen->sentence += "; what the model states (" + model.preprocess + ") does not give its size";
    return chosen;
}

} // namespace ca
