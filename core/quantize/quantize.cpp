// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/quantize.h"

#include "core/base/parallel.h"
#include "core/quantize/equalization/bias_correction.h"
#include "core/quantize/equalization/equalize.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "core/quantize/rounding/compensate.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace ca {
namespace {

/// Why a layer that the recipe names cannot run with static activations, if so.
std::optional<std::string> missing_range(const Model &model, const Recipe &recipe, const ActivationRanges &ranges)
{
    const auto &steps = model.program.data().steps;
    for (const Step &step : steps) {
        if (step.layer < 0 || is_constant(step.in[0])) // a table that a linear layer shares
            continue;
        const Layer &layer = model.program.layers()[static_cast<std::size_t>(step.layer)];
        const auto found = recipe.layers.find(layer.name);
        if (found == recipe.layers.end() || found->second.activation != Activation::static_int8)
            continue;
        if (ranges.empty() || !ranges.data().slots.contains(step.in[0]))
            return layer.name;
    }
    return std::nullopt;
}

std::vector<FloatLayer> left_float(const Model &model, const MethodRecipe &recipe)
{
    std::vector<FloatLayer> left = recipe.left_float;
    for (const Layer &layer : model.program.layers()) {
        const auto found = recipe.recipe.layers.find(layer.name);
        const bool named =
            std::any_of(left.begin(), left.end(), [&](const FloatLayer &other) { return other.name == layer.name; });
        if (!named && found == recipe.recipe.layers.end())
            left.push_back({layer.name, "The recipe does not list it."});
        else if (!named && found->second.format == Format::fp32)
            left.push_back({layer.name, "The recipe keeps it in fp32."});
    }
    return left;
}

/// What packing left to say beside what recording did.
void add_notes_of_program(QuantizedModel &model)
{
    const auto knows = [](const std::vector<std::string> &notes, const std::string &note) {
        return std::find(notes.begin(), notes.end(), note) != notes.end();
    };
    for (const std::string &note : model.program.notes())
        if (!knows(model.model.program.notes(), note) && !knows(model.notes, note))
            model.notes.push_back(note);
}

/// With the program that its weights, recipe and ranges ask for.
Result<QuantizedModel> packed(QuantizedModel model)
{
    const auto lowered = guarded("Packing the quantized network", 1, [&] {
        model.program =
            lower_quantized(model.model.program.data(), model.recipe, model.weights, model.ranges, model.compute, model.real);
    });
    if (!lowered)
        return forward(lowered);
    add_notes_of_program(model);
    return model;
}

/// One recipe on its way.
class Carrying {
public:
    Carrying(const Calibration &calibration, int threads, std::stop_token stop, const Progress &progress)
        : calibration_(calibration), threads_(threads), stop_(std::move(stop)), progress_(progress)
    {
    }

    Result<QuantizedModel> weights(const Model &model, const MethodRecipe &recipe)
    {
        if (const auto good = check(recipe.recipe, model); !good)
            return forward(good);
        QuantizedModel result{model, recipe.recipe, left_float(model, recipe), recipe.notes, {}, {}, {}, "fp32", true};
        for (const auto stage : {&Carrying::even_out, &Carrying::set_ranges, &Carrying::round, &Carrying::correct})
            if (const auto done = (this->*stage)(result); !done)
                return forward(done);
        return result;
    }

private:
    Status even_out(QuantizedModel &result)
    {
        if (result.recipe.options.equalize) {
            auto statistics = ActivationHistograms();
            if (!calibration_.has_images() && has_static_activations(result.recipe))
                return fail(
                    ErrorCode::bad_data,
                    "Equalization changes what activations hold, so their ranges are measured after it. Give a data set.");
            if (calibration_.has_images()) {
                auto measured = calibration_.statistics(result.model, threads_, stop_, progress_);
                if (!measured)
                    return forward(measured);
                statistics = std::move(*measured);
            }
            auto equalized = equalize(result.model, statistics);
            if (!equalized)
                return forward(equalized);
            result.model = std::move(*equalized);
        }
        if (!result.recipe.options.smooth)
            return {};
        if (!calibration_.has_images())
            result.notes.emplace_back("Activations were not smoothed: there are no calibration images.");
        auto smoothed = smooth(result.model, result.recipe, calibration_, threads_, stop_, progress_);
        if (!smoothed)
            return forward(smoothed);
        result.model = std::move(*smoothed);
        return {};
    }

    Status set_ranges(QuantizedModel &result)
    {
        if (!has_static_activations(result.recipe))
            return {};
        auto ranges = calibration_.ranges(result.model, result.recipe.options.ranges, threads_, stop_, progress_);
        if (!ranges && (ranges.error().code == ErrorCode::cancelled || calibration_.has_images()))
            return forward(ranges);
        const auto layer = missing_range(result.model, result.recipe, ranges ? *ranges : ActivationRanges());
        if (layer)
            return fail(ErrorCode::bad_data,
                        "Static int8 activations of the layer " + *layer + " need calibration images. Give a data set.",
                        ranges ? Error{} : ranges.error());
        if (ranges) // else all such layers read constants
            result.ranges = std::move(*ranges);
        return {};
    }

    Status round(QuantizedModel &result)
    {
        std::vector<std::pair<const Layer *, Scheme>> plain;
        bool compensate = false;
        for (const Layer &layer : result.model.program.layers()) {
            const auto found = result.recipe.layers.find(layer.name);
            if (found == result.recipe.layers.end() || found->second.format == Format::fp32)
                continue;
            const bool later = is_integer(found->second.format) && is_compensated(found->second.rounding);
            compensate = compensate || later;
            if (!later)
                plain.emplace_back(&layer, found->second);
        }
        if (const auto rounded = round_plain(result, plain); !rounded)
            return rounded;
        if (!compensate)
            return {};
        if (!calibration_.has_images())
            return fail(ErrorCode::bad_data,
                        "GPTQ and AdaRound round weights by what calibration images show. Give a data set, or round by mse.");
        std::map<std::string, Error> unable;
        const auto rounded = round_compensated(result.model, result.recipe, result.ranges, calibration_, result.weights, unable,
                                               threads_, stop_, progress_);
        if (!rounded)
            return forward(rounded);
        leave_float(unable, result);
        if (const std::size_t all = calibration_.images().size(); *rounded < all)
            result.notes.push_back("Errors of rounding were compensated on " + std::to_string(*rounded) + " of "
                                   + std::to_string(all) + " calibration images: the values of more take too much memory.");
        return {};
    }

    Status round_plain(QuantizedModel &result, const std::vector<std::pair<const Layer *, Scheme>> &work)
    {
        std::mutex mutex;
        std::size_t finished = 0;
        std::map<std::string, Error> unable;
        const auto rounded = parallel_for(work.size(), threads_, stop_, [&](std::size_t i) -> Status {
            const auto &[layer, scheme] = work[i];
            auto stored = store_weight(result.model.program.weight(layer->index), layer->shape, scheme, result.recipe.options);
            const std::lock_guard lock(mutex);
            if (!stored && stored.error().code != ErrorCode::unsupported)
                return fail(stored.error().code, "The layer " + layer->name + " cannot be quantized.", stored.error());
            if (stored)
                result.weights.emplace(layer->name, std::move(*stored));
            else
                unable.emplace(layer->name, stored.error());
            progress_.report("Rounding weights", ++finished, work.size());
            return {};
        });
        leave_float(unable, result);
        return rounded;
    }

    static void leave_float(const std::map<std::string, Error> &unable, QuantizedModel &result)
    {
        for (const auto &[name, why] : unable) {
            result.recipe.layers.erase(name);
            result.left_float.push_back({name, why.text()});
        }
    }

    Status correct(QuantizedModel &result)
    {
        return result.recipe.options.correct_biases ? correct_biases(result, calibration_, threads_, stop_, progress_) : Status();
    }

    const Calibration &calibration_;
    const int threads_;
    const std::stop_token stop_;
    const Progress &progress_;
};

} // namespace

Result<QuantizedModel> quantize_weights(const Model &model, const MethodRecipe &recipe, const Calibration &calibration,
                                        int threads, std::stop_token stop, const Progress &progress)
{
    return Carrying(calibration, threads, std::move(stop), progress).weights(model, recipe);
}

Result<QuantizedModel> quantize(const Model &model, const MethodRecipe &recipe, const Calibration &calibration, int threads,
                                std::stop_token stop, const Progress &progress)
{
    auto result = quantize_weights(model, recipe, calibration, threads, std::move(stop), progress);
    return result ? packed(std::move(*result)) : result;
}

Result<QuantizedModel> restore_to_float(QuantizedModel quantized, const std::vector<std::string> &layers)
{
    for (const std::string &name : layers) {
        if (quantized.weights.erase(name) > 0)
            quantized.left_float.push_back({name, "It was put back to float."});
        quantized.recipe.layers.erase(name);
    }
    return packed(std::move(quantized));
}

} // namespace ca
