// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixed.h"

#include "core/base/json.h"
#include "core/quantize/quantize.h"

#include <algorithm>
#include <array>
#include <map>

namespace ca {
namespace {

constexpr std::array kAverages{2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 8.0};
constexpr std::size_t kLeastHeldOut = 200; // images: fewer tell a point of accuracy worse than images that were seen do

/// The images that rounding has not seen, or all where these are few.
Split held_out(const Split &images, std::size_t seen)
{
    if (images.size() < seen + kLeastHeldOut)
        return images;
    return {images.name, images.images, {images.indices.begin() + static_cast<std::ptrdiff_t>(seen), images.indices.end()}};
}

std::string points(double drop)
{
    return to_text(std::max(0.0, drop), 2) + " points";
}

/// Measures mixed recipes of several averages, each once.
class Drops {
public:
    Drops(const Model &model, DropLimit limit, const MixedOptions &options, const Calibration &calibration, const Split &images,
          std::stop_token stop, const Progress &progress)
        : model_(model),
          limit_(std::move(limit)),
          options_(options),
          calibration_(calibration),
          images_(held_out(images, calibration.images().size())),
          stop_(std::move(stop)),
          progress_(progress)
    {
        if (limit_.scoring.head == Head::probe || !images.images || !images.images->has_labels())
            limit_.scoring = {Head::agreement};
    }

    Result<MethodRecipe> least()
    {
        if (images_.size() == 0)
            return fail(ErrorCode::bad_data,
                        "What a mixed recipe loses is measured on calibration images, and there are none. Give other data.");
        auto bits = BitsByNoise::of(model_, stop_);
        if (!bits)
            return forward(bits);
        if (const auto prepared = prepare(); !prepared)
            return forward(prepared);
        std::size_t low = 0, high = kAverages.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (const auto measured = measure(*bits, middle); !measured)
                return forward(measured);
            if (drops_.at(middle) <= limit_.max_drop)
                high = middle;
            else
                low = middle + 1;
        }
        return low == kAverages.size() ? out_of_reach() : found(*bits, low);
    }

private:
    Status prepare()
    {
        const auto program = fuse(model_.program);
        if (!program)
            return forward(program);
        auto answers = predict(*program, model_.input, images_, calibration_.preprocess(), limit_.threads, stop_,
                               progress_.with_prefix("Float model: "));
        if (!answers)
            return forward(answers);
        float_ = std::move(*answers);
        float_top1_ = accuracy_of(float_, images_, limit_.scoring, &float_).top1();
        return {};
    }

    Status measure(const BitsByNoise &bits, std::size_t rung)
    {
        const auto recipe = bits.recipe(kAverages[rung], options_);
        if (!recipe)
            return forward(recipe);
        const Progress progress = progress_.with_prefix(to_text(kAverages[rung]) + " bits: ");
        const auto quantized = quantize(model_, *recipe, calibration_, limit_.threads, stop_, progress);
        if (!quantized)
            return forward(quantized);
        const auto answers =
            predict(quantized->program, model_.input, images_, calibration_.preprocess(), limit_.threads, stop_, progress);
        if (!answers)
            return forward(answers);
        drops_[rung] = 100 * (float_top1_ - accuracy_of(*answers, images_, limit_.scoring, &float_).top1());
        return {};
    }

    [[nodiscard]] std::string where() const { return " on " + std::to_string(images_.size()) + " calibration images"; }

    [[nodiscard]] Result<MethodRecipe> out_of_reach() const
    {
        return fail(ErrorCode::constraint,
                    "No mixed recipe of " + model_.name + " loses at most " + to_text(limit_.max_drop)
                        + " points: 8 bits a weight lose " + points(drops_.at(kAverages.size() - 1)) + where()
                        + ". Allow that much, or choose the method int8-weight.");
    }

    [[nodiscard]] Result<MethodRecipe> found(const BitsByNoise &bits, std::size_t rung) const
    {
        auto recipe = bits.recipe(kAverages[rung], options_);
        if (!recipe)
            return recipe;
        std::string note = to_text(kAverages[rung]) + " bits a weight on average lose " + points(drops_.at(rung))
            + (limit_.scoring.head == Head::agreement ? " of agreement with float" : " of accuracy") + where();
        if (const auto below = rung == 0 ? drops_.end() : drops_.find(rung - 1); below != drops_.end())
            note += ", and " + to_text(kAverages[rung - 1]) + " bits " + points(below->second);
        recipe->notes.push_back(note + ".");
        return recipe;
    }

    const Model &model_;
    DropLimit limit_;
    const MixedOptions &options_;
    const Calibration &calibration_;
    const Split images_;
    const std::stop_token stop_;
    const Progress &progress_;
    Predictions float_;
    double float_top1_ = 0;
    std::map<std::size_t, double> drops_; ///< percentage points, by place in kAverages
};

} // namespace

Result<MethodRecipe> mixed_for_drop(const Model &model, const DropLimit &limit, const MixedOptions &options,
                                    const Calibration &calibration, const Split &images, std::stop_token stop,
                                    const Progress &progress)
{
    return Drops(model, limit, options, calibration, images, std::move(stop), progress).least();
}

} // namespace ca
