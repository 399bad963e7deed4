// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "core/quantize/format.h"

#include <memory>

namespace ca {

class RoundedLayers;

/// Smallest and largest value that a static scale covers, of each step's output. Opaque.
class ActivationRanges {
public:
    struct Data; // ranges_torch.h
    ActivationRanges() = default;
    explicit ActivationRanges(std::shared_ptr<const Data> data) : data_(std::move(data)) { }
    [[nodiscard]] bool empty() const { return !data_; }
    [[nodiscard]] const Data &data() const { return *data_; }

private:
    std::shared_ptr<const Data> data_;
};

/// What calibration images put into each step's output, as histograms. Opaque.
class ActivationHistograms {
public:
    struct Data; // ranges_torch.h
    ActivationHistograms() = default;
    explicit ActivationHistograms(std::shared_ptr<const Data> data) : data_(std::move(data)) { }
    [[nodiscard]] bool empty() const { return !data_; }
    [[nodiscard]] const Data &data() const { return *data_; }

private:
    std::shared_ptr<const Data> data_;
};

/// Calibration images that ranges and compensated rounding look at; more change them little.
inline constexpr std::size_t kCalibrationImages = 512;

/// Runs the float program over the split, one batch per core where they fit into memory (calibration_batches). Errors:
/// `cancelled`; `bad_data` without an image that can be read; `failed` where values are not finite; those of running.
[[nodiscard]] Result<ActivationHistograms> measure_activations(const Model &model, const Split &images,
                                                               const Preprocess &preprocess, int threads, std::stop_token stop,
                                                               const Progress &progress);
[[nodiscard]] ActivationRanges choose_ranges(const ActivationHistograms &statistics, RangeMethod method);

/// Images, without their labels, that ranges, rounding and corrections look at, with what was measured on them for all recipes.
/// A value; copies share. May be used from several threads at once.
class Calibration {
public:
    Calibration() = default; ///< none
    /// The first kCalibrationImages of the split.
    Calibration(const Split &images, Preprocess preprocess);
    /// Ranges that are known already, and no images.
    Calibration(ActivationRanges known); // NOLINT(google-explicit-constructor): ranges are the smallest calibration

    [[nodiscard]] bool has_images() const;
    [[nodiscard]] const Split &images() const;
    [[nodiscard]] const Preprocess &preprocess() const;

    /// Of the model's float program; measured when first asked for, and kept, an error as well unless it is `cancelled`. Errors:
    /// those of `measure_activations`; `bad_data` without images.
    [[nodiscard]] Result<ActivationHistograms> statistics(const Model &model, int threads, std::stop_token stop,
                                                          const Progress &progress) const;
    /// The known ranges, else those of the statistics. Errors: as above.
    [[nodiscard]] Result<ActivationRanges> ranges(const Model &model, RangeMethod method, int threads, std::stop_token stop,
                                                  const Progress &progress) const;

    /// Layers of this program that were rounded on these images before. Null without images, and for a program that was made for
    /// one recipe alone (equalized, smoothed): the first that is asked for is taken for the float model's, as all recipes have
    /// it.
    [[nodiscard]] std::shared_ptr<RoundedLayers> rounded_layers(const Program &program) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace ca
