// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/evaluate/evaluate.h"
#include "core/quantize/methods.h"
#include "core/quantize/ranges/calibration.h"

#include <array>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// The widths that mixed recipes choose from.
inline constexpr std::array kMixedBits{2, 3, 4, 5, 6, 8};

/// What mixed recipes are like beside their bits.
struct MixedOptions {
    MethodOptions method{}; ///< of which the integers' and `compute` count; without a rounding each width has its own
    bool static_activations = false;
};

/// Gives each layer of a model its bits by what rounding costs its weights. No image is looked at. A value; looks at the weights
/// once, when it is made.
class BitsByNoise {
public:
    /// Polls `stop` between layers. Errors: `cancelled`; `unsupported` (no layers).
    [[nodiscard]] static Result<BitsByNoise> of(const Model &model, std::stop_token stop = {});

    /// Bits for every layer such that the average over all weights is at most `average` and the total damage is least
    /// (`allocate`): damage of a layer at b bits = its share of the model's weight energy, sum(w^2) over that of all layers,
    /// times its Beta noise at b bits. The first and the last layer get at least 4 bits where the average allows that. Errors:
    /// `constraint` (average below 2).
    [[nodiscard]] Result<MethodRecipe> recipe(double average, const MixedOptions &options) const;

private:
    struct LayerNoise {
        std::string name;
        std::int64_t weights = 0;
        double energy = 0;
        std::array<double, kMixedBits.size()> noise{};
    };

    explicit BitsByNoise(Model model) : model_(std::move(model)) { }
    [[nodiscard]] static LayerNoise noise_of(const Layer &layer, const Program &program);
    [[nodiscard]] std::optional<std::vector<std::size_t>> pick(std::int64_t budget, int least_at_the_ends) const;
    [[nodiscard]] MethodRecipe with_bits(const std::vector<std::size_t> &picks, const MixedOptions &options) const;

    Model model_;
    std::vector<LayerNoise> layers_; ///< in program order
};

/// `BitsByNoise` for one recipe. Errors: those of both.
[[nodiscard]] Result<MethodRecipe> mixed_by_noise(const Model &model, double average, const MixedOptions &options = {});

/// The mixed recipe with the most bits, in steps of 1/64 on average, whose file has at most `target` bytes. Errors: `constraint`,
/// with the size of the smallest; those of `BitsByNoise`.
[[nodiscard]] Result<MethodRecipe> mixed_for_bytes(const Model &model, Bytes target, const MixedOptions &options = {});

/// What a mixed recipe may lose, and how that is found.
struct DropLimit {
    double max_drop = 0; ///< percentage points of top-1
    Scoring scoring{};   ///< against labels, or against float; a probe is no model of its own here and counts as agreement
    int threads = 0;
};

/// The mixed recipe with the fewest bits, of ten averages from 2 to 8, that loses at most so much on the calibration images that
/// rounding does not look at (on all, where these are few): no image of the test set is looked at. By bisection, which takes four
/// recipes carried out and measured at most; a note says what was found. `images`: the whole calibration split, whose first are
/// `calibration`'s. Errors: `constraint`, with what 8 bits lose; `bad_data` without images; `cancelled`; those of carrying out.
[[nodiscard]] Result<MethodRecipe> mixed_for_drop(const Model &model, const DropLimit &limit, const MixedOptions &options,
                                                  const Calibration &calibration, const Split &images, std::stop_token stop,
                                                  const Progress &progress);

} // namespace ca
