// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/quantize/recipe.h"

#include <map>
#include <memory>

namespace ca {

/// Smallest and largest value that calibration images put into each step's output: what static scales are made of.
/// Opaque; a value shared by all recipes of one model and data set.
class ActivationRanges {
public:
    struct Data;
    ActivationRanges() = default;
    explicit ActivationRanges(std::shared_ptr<const Data> data) : data_(std::move(data)) { }
    [[nodiscard]] bool empty() const { return !data_; }
    [[nodiscard]] const Data &data() const { return *data_; }

private:
    std::shared_ptr<const Data> data_;
};

/// Calibration images that ranges are taken from; more change them little.
inline constexpr std::size_t kCalibrationImages = 512;

/// Runs the float program over the split, one batch per core. Errors: `cancelled`, those of running.
[[nodiscard]] Result<ActivationRanges> calibrate(const Model &model, const Split &images, const Preprocess &preprocess,
                                                 int threads, std::stop_token stop, const Progress &progress);

/// A weight as it is stored: integers with a scale and a zero point for each group of a row.
struct QuantizedWeight {
    std::vector<std::int64_t> shape;    ///< of the weight
    std::int64_t rows = 0, columns = 0; ///< as a matrix: the first dimension (see Layer::shape) x the rest
    Bits bits;
    int group = 0; ///< columns of a group; equal to `columns` for a whole channel
    bool symmetric = true;
    std::vector<std::int8_t> values; ///< rows x columns, in [-2^(b-1), 2^(b-1) - 1]
    std::vector<float> scales;       ///< rows x groups
    std::vector<std::int8_t> zeros;  ///< rows x groups; empty when symmetric. w = (q - zero) * scale
};

/// Errors: `unsupported` where the group does not divide a row.
[[nodiscard]] Result<QuantizedWeight> quantize_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape,
                                                      const Scheme &scheme);
[[nodiscard]] std::vector<float> dequantize(const QuantizedWeight &weight);

/// A model with a recipe carried out.
struct QuantizedModel {
    Model model; ///< the float model that it came from
    Recipe recipe;
    std::vector<FloatLayer> left_float;
    std::map<std::string, QuantizedWeight> weights; ///< by layer name
    ActivationRanges ranges;                        ///< empty where no layer has static activations
    Program program;                                ///< runs with packed, fused kernels
    std::string compute;                            ///< widest integer kernels in use: `int8` or `fp32`
    bool real = true;                               ///< false where a layer's arithmetic is only simulated
};

/// Errors: `usage` (see `check`), `bad_data` where a static scheme has no ranges, `cancelled`, `failed`.
[[nodiscard]] Result<QuantizedModel> quantize(const Model &model, const MethodRecipe &recipe, const ActivationRanges &ranges,
                                              int threads, std::stop_token stop, const Progress &progress);

/// The same with these layers in float; all others keep the integers that they have. Errors: those of packing.
[[nodiscard]] Result<QuantizedModel> restore_to_float(QuantizedModel quantized, const std::vector<std::string> &layers);

} // namespace ca
