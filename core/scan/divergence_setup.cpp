// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_setup_torch.h"

#include "core/data/read_batch.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace ca {
namespace {

constexpr const char *kStatic = "static-int8";
constexpr const char *kEngine = "divergence 1"; // changes where sums of an earlier version no longer hold

/// Packed weights of all variants are kept between rounds up to so many bytes.
constexpr std::int64_t kVariantMemory = std::int64_t{1} << 30U;

std::size_t batch_size(const InputSpec &input)
{
    constexpr std::int64_t kPixels = 32 * 32 * 32;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(kPixels / std::max<std::int64_t>(1, input.height * input.width), 4, 32));
}

/// Classes in turn, each in its seeded order: few images are of all classes alike. Without labels the split as it is.
Split balanced(const Split &split)
{
    if (!split.images || !split.images->has_labels())
        return split;
    std::map<int, std::size_t> seen;
    std::vector<std::pair<std::size_t, std::uint32_t>> order;
    for (std::size_t i = 0; i < split.size(); ++i)
        order.emplace_back(seen[split.label(i)]++, split.indices[i]);
    std::stable_sort(order.begin(), order.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    Split turns = split;
    std::transform(order.begin(), order.end(), turns.indices.begin(), [](const auto &entry) { return entry.second; });
    return turns;
}

/// Everything that divergences depend on.
std::string cache_key(const Model &model, const ScanOptions &options, const Split &images)
{
    return std::string(kEngine) + "\n" + model.sha256 + "\n" + to_text(options.images->preprocess) + "\n" + images.hash();
}

} // namespace

DivergenceSetup::DivergenceSetup(const Model &model, const ScanOptions &options)
    : model_(model),
      options_(options),
      images_(balanced(options.images->calibration).first(options.samples > 0 ? options.samples : kMostScanImages))
{
    std::int64_t weights = 0;
    for (const Layer &layer : model.program.layers())
        weights += layer.weights();
    keeps_variants_ = weights * static_cast<std::int64_t>(sizeof(float) * options.formats.size()) <= kVariantMemory;
}

Result<std::unique_ptr<DivergenceSetup>> DivergenceSetup::make(const Model &model, const ScanOptions &options,
                                                               std::stop_token stop, const Progress &progress)
{
    std::unique_ptr<DivergenceSetup> setup(new DivergenceSetup(model, options));
    if (setup->images() == 0)
        return fail(ErrorCode::bad_data, "There is no calibration image to measure divergence on. Give data with more images.");
    ActivationRanges ranges;
    if (std::find(options.formats.begin(), options.formats.end(), kStatic) != options.formats.end()) {
        auto measured = calibrate(model, options.images->calibration.first(kCalibrationImages), options.images->preprocess,
                                  options.threads, std::move(stop), progress);
        if (!measured)
            return forward(measured);
        ranges = std::move(*measured);
    }
    const auto packed =
        guarded("Packing the network", options.threads, [&] { setup->layers_.emplace(model, std::move(ranges)); });
    if (!packed)
        return forward(packed);
    auto cache = DivergenceCache::open(options.cache, options.cache.empty() ? "" : cache_key(model, options, setup->images_));
    if (!cache)
        return forward(cache);
    setup->cache_.emplace(std::move(*cache));
    return setup;
}

Result<ImageRound> DivergenceSetup::open_round(std::size_t first, std::size_t end, std::stop_token stop) const
{
    ImageRound round{first, end, {}, {}};
    const std::size_t size = batch_size(model_.input);
    for (std::size_t at = first; at < end; at += size) {
        const auto batch = read_batch(images_, at, std::min(size, end - at), options_.images->preprocess, model_.input);
        if (!batch)
            return forward(batch);
        if (batch->images.count == 0)
            continue;
        const auto copied = guarded("Reading images", 1, [&] { round.batches.push_back(as_tensor(batch->images).clone()); });
        if (!copied)
            return forward(copied);
    }
    if (round.batches.empty())
        return round;
    const auto outputs = run_batches(layers_->program(), round.batches, options_.threads, std::move(stop));
    if (!outputs)
        return forward(outputs);
    const auto known = guarded("Comparing outputs", 1, [&] { round.expected.emplace(*outputs); });
    if (!known)
        return forward(known);
    return round;
}

std::optional<Variant> DivergenceSetup::variant(std::size_t layer, std::size_t format)
{
    const std::pair key(layer, format);
    if (keeps_variants_) {
        const std::lock_guard lock(mutex_);
        if (const auto found = kept_.find(key); found != kept_.end())
            return found->second;
    }
    auto made = layers_->variant(layer, options_.formats[format]);
    if (keeps_variants_) {
        const std::lock_guard lock(mutex_);
        kept_.emplace(key, made);
    }
    return made;
}

} // namespace ca
