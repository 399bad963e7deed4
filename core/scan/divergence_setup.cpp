// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_setup_torch.h"

#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/sha256.h"
#include "core/data/image_files.h"
#include "core/data/read_batch.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace ca {
namespace {

constexpr const char *kStatic = "static-int8";
constexpr const char *kEngine = "divergence 3"; // changes where sums of an earlier version no longer hold

/// Packed weights of all variants are kept between rounds up to so many bytes.
constexpr std::int64_t kVariantMemory = std::int64_t{1} << 30U;

/// Of the time that a scan may take, choosing images may take one part in so many.
constexpr int kChoosingShare = 5;

bool is_static(const ScanOptions &options)
{
    return std::find(options.formats.begin(), options.formats.end(), kStatic) != options.formats.end();
}

std::size_t batch_size(const InputSpec &input)
{
    constexpr std::int64_t kPixels = 32 * 32 * 32;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(kPixels / std::max<std::int64_t>(1, input.height * input.width), 4, 32));
}

/// What is seen in the images of a split: of pictures in files their contents, for names and sizes say too little.
std::string contents(const Split &images)
{
    if (!images.images->files)
        return images.hash();
    Sha256 hash;
    for (const std::uint32_t index : images.indices)
        hash.add(images.images->files->content_hash(index));
    return hash.hex();
}

/// Everything that divergences depend on.
std::string cache_key(const Model &model, const ScanOptions &options, const Split &images)
{
    Json key{kEngine, model.sha256, to_text(options.images->preprocess), contents(images), model.input.height, model.input.width};
    if (is_static(options))
        key.push_back(contents(options.images->calibration.first(kCalibrationImages)));
    if (model.zero_shot)
        key.push_back({model.zero_shot->classes, model.zero_shot->templates});
    return canonical(key);
}

} // namespace

DivergenceSetup::DivergenceSetup(const Model &model, const ScanOptions &options)
    : model_(model), options_(options), images_(options.images->calibration.first(kScanPool))
{
    std::int64_t weights = 0;
    for (const Layer &layer : model.program.layers())
        weights += layer.weights();
    keeps_variants_ = weights * static_cast<std::int64_t>(sizeof(float) * options.formats.size()) <= kVariantMemory;
}

Result<std::unique_ptr<DivergenceSetup>> DivergenceSetup::make(const Model &model, const ScanOptions &options, Deadline deadline,
                                                               std::stop_token stop, const Progress &progress)
{
    std::unique_ptr<DivergenceSetup> setup(new DivergenceSetup(model, options));
    if (setup->images() == 0)
        return fail(ErrorCode::bad_data, "There is no calibration image to measure divergence on. Give data with more images.");
    ActivationRanges ranges;
    if (is_static(options)) {
        auto measured = measure_activations(model, options.images->calibration.first(kCalibrationImages),
                                            options.images->preprocess, options.threads, stop, progress);
        if (!measured)
            return forward(measured);
        ranges = choose_ranges(*measured, RangeMethod::minmax);
    }
    const auto packed =
        guarded("Packing the network", options.threads, [&] { setup->layers_.emplace(model, std::move(ranges)); });
    if (!packed)
        return forward(packed);
    if (const auto chosen = setup->choose_images(deadline, stop, progress); !chosen)
        return forward(chosen);
    auto cache = DivergenceCache::open(options.cache, options.cache.empty() ? "" : cache_key(model, options, setup->images_));
    if (!cache)
        setup->no_cache_ = cache.error();
    setup->cache_.emplace(cache ? std::move(*cache) : DivergenceCache());
    return setup;
}

/// Those that the float model is least sure of, the least sure first: on the many that it is sure of, rounding shows as a change
/// of confidence and hardly as one of answers.
Status DivergenceSetup::choose_images(Deadline deadline, const std::stop_token &stop, const Progress &progress)
{
    const std::size_t wanted = std::min(options_.samples > 0 ? options_.samples : kMostScanImages, images_.size());
    const std::size_t size = batch_size(model_.input) * static_cast<std::size_t>(default_threads());
    const auto began = std::chrono::steady_clock::now();
    const auto until = began + (deadline - began) / kChoosingShare;
    std::vector<std::pair<double, std::uint32_t>> order;
    for (std::size_t first = 0; first < images_.size() && wanted < images_.size(); first += size) {
        const auto round = open_round(first, std::min(images_.size(), first + size), stop);
        if (!round)
            return forward(round);
        progress.report("Choosing images", first, images_.size());
        if (!round->expected)
            continue;
        if (round->expected->is_embedding()) // its rows do not tell how sure it is
            break;
        const auto margins = round->expected->margins();
        for (std::size_t i = 0; i < margins.size(); ++i)
            order.emplace_back(margins[i], images_.indices[round->places[i]]);
        if (std::chrono::steady_clock::now() >= until)
            break;
    }
    if (order.size() < std::min(wanted, kScanImages)) { // all are taken, or there was no time to look at more
        images_ = images_.first(wanted);
        return {};
    }
    std::stable_sort(order.begin(), order.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    order.resize(std::min(order.size(), wanted));
    images_.indices.clear();
    for (const auto &[margin, index] : order)
        images_.indices.push_back(index);
    return {};
}

Result<ImageRound> DivergenceSetup::open_round(std::size_t first, std::size_t end, std::stop_token stop) const
{
    ImageRound round{first, end, {}, {}, {}};
    const std::size_t size = batch_size(model_.input);
    for (std::size_t at = first; at < end; at += size) {
        if (stop.stop_requested())
            return cancelled();
        const auto batch = read_batch(images_, at, std::min(size, end - at), options_.images->preprocess, model_.input);
        if (!batch)
            return forward(batch);
        if (batch->images.count == 0)
            continue;
        round.places.insert(round.places.end(), batch->places.begin(), batch->places.end());
        const auto copied = guarded("Reading images", 1, [&] { round.batches.push_back(as_tensor(batch->images).clone()); });
        if (!copied)
            return forward(copied);
    }
    if (round.batches.empty())
        return round;
    const auto outputs = run_batches(layers_->program(), round.batches, options_.threads, std::move(stop));
    if (!outputs)
        return forward(outputs);
    bool finite = false;
    const auto known = guarded("Comparing outputs", 1, [&] {
        round.expected.emplace(*outputs);
        finite = at::isfinite(*outputs).all().item<bool>();
    });
    if (!known)
        return forward(known);
    if (!finite)
        return fail(ErrorCode::failed,
                    "The float model's output is not a number for a calibration image, so nothing can be compared with it. Check "
                    "its weights and the preprocessing.");
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
