// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/prediction.h"

#include "core/base/parallel.h"
#include "core/quantize/equalization/bias_correction.h"
#include "core/quantize/export/export.h"
#include "core/quantize/network_work.h"
#include "core/quantize/ranges/calibration.h"
#include "core/quantize/ranges/calibration_batches.h"
#include "core/quantize/rounding/compensation_limits.h"

#include <algorithm>

namespace ca {
namespace {

// What one core does in a second, measured by tests/bench/bench_prediction.cpp on a Xeon with AVX512. Only the order of magnitude
// is meant to hold elsewhere.
constexpr double kNearestWeights = 200e6, kMseWeights = 35e6, kFourBitWeights = 150e6, kHalfWeights = 200e6;
constexpr double kRunMacs = 60e9; // of the float network, one batch a core
constexpr double kHistogramValues = 150e6;
constexpr double kGramMacs = 80e9;     // products of inputs with inputs
constexpr double kFactorMacs = 25e9;   // of inverting them
constexpr double kUpdateMacs = 20e9;   // of carrying errors on to weights that are not rounded yet
constexpr double kAdaroundSteps = 300; // each a product of all weights with the inputs' products, and a move of all weights
constexpr double kMovedWeights = 16e6;

// Runs of the float network's length over the calibration images.
constexpr double kCompensatedRuns = 2.5, kSmoothRuns = 12, kCorrectionRuns = 4;

/// Of values that both networks hold, with what lies between them: aligned memory seldom fits into a gap that its like has left.
/// Measured with glibc 2.36: 1.2 on ResNet-18, 1.7 on ViT, which gives more of it back between two layers.
constexpr double kWithGaps = 1.5;

constexpr auto kImages = static_cast<double>(kCalibrationImages);
constexpr std::int64_t kFloat = sizeof(float);

std::int64_t groups_of(const Scheme &scheme, const Layer &layer)
{
    const std::int64_t columns = layer.weights() / std::max<std::int64_t>(1, layer.channels());
    return layer.channels() * (scheme.group == 0 ? 1 : columns / scheme.group);
}

/// Seconds that one core rounds a layer's weights, without looking at images.
double rounding_seconds(const Scheme &scheme, const Layer &layer)
{
    const auto weights = static_cast<double>(layer.weights());
    switch (scheme.format) {
    case Format::fp32:
        return 0;
    case Format::fp16:
    case Format::bf16:
        return weights / kHalfWeights;
    case Format::nf4:
    case Format::fp4:
        return weights / kFourBitWeights;
    default:
        return weights / (scheme.rounding == Rounding::nearest ? kNearestWeights : kMseWeights);
    }
}

/// Others are rounded by mse.
bool can_be_compensated(const Layer &layer, const LayerWork &work)
{
    return has_integer_kernel(layer) && work.columns <= kMostCompensatedColumns;
}

/// Grids that GPTQ tries, and its polishing.
double gptq_passes(Bits bits)
{
    constexpr double kPolishing = 3;
    return kPolishing + (bits.value <= 3 ? 7 : bits.value <= 5 ? 4 : 1);
}

/// Rows of a layer's inputs that compensating looks at.
double positions_seen(const LayerWork &work)
{
    const double all = static_cast<double>(work.positions) * (work.once ? 1 : kImages);
    return std::min(all, static_cast<double>(positions_to_look_at(work.columns, work.matrices)));
}

/// Seconds of one core with errors compensated: inputs are multiplied with each other, and that is inverted.
double compensating_seconds(const Scheme &scheme, const LayerWork &work)
{
    const auto rows = static_cast<double>(work.rows), columns = static_cast<double>(work.columns);
    const double inverted = positions_seen(work) / kGramMacs + columns / kFactorMacs;
    const double rounded = scheme.rounding == Rounding::adaround
        ? kAdaroundSteps * rows * (1 / kGramMacs + 1 / (columns * kMovedWeights))
        : gptq_passes(bits_of(scheme.format)) * rows / kUpdateMacs;
    return static_cast<double>(work.matrices) * columns * columns * (inverted + rounded);
}

/// Bytes of a stored weight in memory: integers take a byte each.
std::int64_t stored_memory(const Scheme &scheme, const Layer &layer)
{
    switch (scheme.format) {
    case Format::fp16:
    case Format::bf16:
        return 2 * layer.weights();
    case Format::nf4:
    case Format::fp4:
        return layer.weights() / 2 + layer.weights() / 16; // a scale for each 64
    default:
        return layer.weights() + kFloat * groups_of(scheme, layer);
    }
}

/// Bytes of a layer's weight where it computes.
std::int64_t packed_memory(const Scheme *scheme, const Layer &layer, const RecipeOptions &options)
{
    const std::int64_t rest = kFloat * (layer.parameters() - layer.weights());
    const bool integers = scheme && (scheme->activation != Activation::none || scheme->format == Format::llm_int8);
    if (integers && has_integer_kernel(layer))
        return layer.weights() + 2 * kFloat * layer.channels() + rest;
    return (scheme && options.compute == Format::bf16 ? 2 : kFloat) * layer.weights() + rest;
}

/// Adds up what the layers of a recipe take.
class Costs {
public:
    Costs(const Model &model, const Recipe &recipe, const NetworkWork &network, int threads)
        : recipe_(recipe),
          network_(network),
          threads_(threads > 0 ? threads : default_threads()),
          image_(kFloat * model.input.channels * model.input.height * model.input.width),
          images_(static_cast<std::int64_t>(images_to_hold(kCalibrationImages, network.between)))
    {
    }

    void add(const Layer &layer, const LayerWork &work)
    {
        macs_ += work.once ? 0 : static_cast<double>(work.macs());
        const auto found = recipe_.layers.find(layer.name);
        const bool stays = found == recipe_.layers.end() || found->second.format == Format::fp32;
        const Scheme *scheme = stays ? nullptr : &found->second;
        packed_ += packed_memory(scheme, layer, recipe_.options);
        if (stays)
            return;
        stored_ += stored_memory(*scheme, layer);
        simulated_ += kFloat * layer.weights();
        largest_ = std::max(largest_, layer.weights());
        if (can_be_compensated(layer, work) && is_integer(scheme->format) && is_compensated(scheme->rounding)) {
            compensated_ = true;
            compensating_ += compensating_seconds(*scheme, work);
            const auto positions = static_cast<std::int64_t>(positions_seen(work));
            const std::int64_t values = of_both_networks(work.once ? 1 : images_, work.held);
            widest_ = std::max(widest_, values + memory_to_compensate(work, positions, threads_).value);
        } else {
            rounding_ += rounding_seconds(*scheme, layer);
            longest_ = std::max(longest_, rounding_seconds(*scheme, layer));
        }
    }

    [[nodiscard]] Bytes work() const
    {
        const CalibrationBatches batches = calibration_batches(network_.between, threads_);
        const std::int64_t at_once = batches.threads * static_cast<std::int64_t>(batches.images);
        const std::int64_t running = needs_images(recipe_) ? at_once * (image_ + network_.during.value) : 0;
        const std::int64_t compensating = compensated_ ? images_ * image_ + std::max(widest_, side_by_side()) : 0;
        return bytes(stored_ + std::max({kFloat * largest_ * threads_, running, compensating, correcting()}));
    }

    [[nodiscard]] Bytes run() const { return network_.values == 0 ? Bytes{} : bytes(packed_) + network_.peak; }

    [[nodiscard]] double seconds() const
    {
        const RecipeOptions &options = recipe_.options;
        const double over_images = kImages * macs_ / kRunMacs;
        const bool statistics = has_static_activations(recipe_) || options.equalize || options.smooth;
        double parallel = compensating_ + (compensated_ ? kCompensatedRuns * over_images : 0);
        parallel += statistics ? over_images + kImages * static_cast<double>(network_.values) / kHistogramValues : 0;
        parallel += options.smooth && options.strengths.empty() ? kSmoothRuns * over_images : 0;
        parallel += options.correct_biases ? kCorrectionRuns * over_images : 0;
        return parallel / threads_ + std::max(longest_, rounding_ / threads_);
    }

private:
    /// Bytes of the values that the float network and the quantized one hold for so many images.
    [[nodiscard]] static std::int64_t of_both_networks(std::int64_t images, Bytes of_one)
    {
        return static_cast<std::int64_t>(kWithGaps * 2 * static_cast<double>(images * of_one.value));
    }

    /// Values of both networks between two steps, and of the batches that are in one.
    [[nodiscard]] std::int64_t side_by_side() const
    {
        const std::int64_t in_step = std::min(images_, threads_ * static_cast<std::int64_t>(kLockstepBatch));
        return of_both_networks(images_, network_.between) + in_step * network_.during.value;
    }

    /// Values of one network, whose quantized weights are floats.
    [[nodiscard]] std::int64_t correcting() const
    {
        if (!recipe_.options.correct_biases)
            return 0;
        const auto images = static_cast<double>(images_to_correct(kCalibrationImages, network_.peak));
        return simulated_ + static_cast<std::int64_t>(kWithGaps * images * static_cast<double>(network_.during.value));
    }

    const Recipe &recipe_;
    const NetworkWork &network_;
    const int threads_;
    const std::int64_t image_;  ///< bytes of one
    const std::int64_t images_; ///< that compensating holds
    std::int64_t stored_ = 0, packed_ = 0;
    std::int64_t simulated_ = 0; ///< bytes of the quantized weights as floats
    std::int64_t largest_ = 0;   ///< weights of one layer
    std::int64_t widest_ = 0;    ///< bytes of what compensating one layer holds, with both networks' values
    double macs_ = 0;            ///< of one image
    double rounding_ = 0;        ///< seconds of one core
    double longest_ = 0;         ///< of these, for one layer: what more cores do not help
    double compensating_ = 0;
    bool compensated_ = false;
};

} // namespace

Prediction predict_costs(const Model &model, const Recipe &recipe, int threads)
{
    Prediction prediction;
    prediction.file = predicted_bytes(model, recipe);
    const auto network = network_work(model.program);
    if (!network)
        return prediction;
    Costs costs(model, recipe, *network, threads);
    for (const Layer &layer : model.program.layers())
        costs.add(layer, network->layers[layer.index.value]);
    prediction.work = costs.work();
    prediction.run = costs.run();
    prediction.seconds = costs.seconds();
    return prediction;
}

} // namespace ca
