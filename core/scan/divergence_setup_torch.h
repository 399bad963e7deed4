// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/branches_torch.h"
#include "core/scan/divergence_cache.h"
#include "core/scan/layer_variants_torch.h"
#include "core/scan/scan.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace ca {

/// Images `first` to `end` of a scan's, in batches, and what the float model says of them.
struct ImageRound {
    std::size_t first = 0, end = 0;
    std::vector<at::Tensor> batches;      ///< none where no image could be read
    std::vector<std::size_t> places;      ///< of the images that could be read, among the scan's
    std::optional<FloatOutputs> expected; ///< absent without batches

    [[nodiscard]] std::string text() const { return std::to_string(first) + "-" + std::to_string(end); }
};

/// What measuring divergences needs: the images in order, the layers in every format, and what is known from earlier.
class DivergenceSetup {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// Calibrates where static activations are asked for, and chooses the images. `options` must have images and stay where they
    /// are, as `model` must. Errors: `bad_data` without an image; `failed` where the float model gives no numbers; those of
    /// calibrating, packing and running.
    [[nodiscard]] static Result<std::unique_ptr<DivergenceSetup>>
    make(const Model &model, const ScanOptions &options, Deadline deadline, std::stop_token stop, const Progress &progress);

    [[nodiscard]] const ScanOptions &options() const { return options_; }
    [[nodiscard]] std::size_t images() const { return images_.size(); }
    [[nodiscard]] const LayerVariants &layers() const { return *layers_; }
    [[nodiscard]] DivergenceCache &cache() { return *cache_; }
    /// Why nothing is kept for later, though a folder was given.
    [[nodiscard]] const std::optional<Error> &no_cache() const { return no_cache_; }

    [[nodiscard]] Result<ImageRound> open_round(std::size_t first, std::size_t end, std::stop_token stop) const;
    /// `LayerVariants::variant` of the format with this number, kept where memory allows. From several threads.
    [[nodiscard]] std::optional<Variant> variant(std::size_t layer, std::size_t format);

private:
    DivergenceSetup(const Model &model, const ScanOptions &options);
    Status choose_images(Deadline deadline, const std::stop_token &stop, const Progress &progress);

    const Model &model_;
    const ScanOptions &options_;
    Split images_;
    std::optional<LayerVariants> layers_;
    std::optional<DivergenceCache> cache_;
    std::optional<Error> no_cache_;
    bool keeps_variants_ = false;
    std::mutex mutex_;
    std::map<std::pair<std::size_t, std::size_t>, std::optional<Variant>> kept_;
};

} // namespace ca
