// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"
#include "core/program/program.h"
#include "core/scan/rank_correlation.h"
#include "core/scan/weight_scan.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// What a scan puts into one layer at a time: `int8 int6 int4 int3 int2` (per channel, as the method of that name rounds them by
/// itself), `nf4`, and `static-int8` (int8 and a static u8 input).
[[nodiscard]] const std::vector<std::string> &scan_formats();

/// How far the model's output goes when something is quantized, as a mean over calibration images.
struct Divergence {
    double kl = 0; ///< Kullback-Leibler of the classes' probabilities, float against quantized, nats
    /// The same after all quantized outputs were scaled by the one factor (a temperature) that makes it least: a change of
    /// confidence alone, which changes no answer, does not count.
    double matched_kl = 0;
    double cosine = 0;  ///< 1 - cosine of the two rows of outputs
    double changed = 0; ///< fraction of images whose top class is another
    std::size_t images = 0;
    bool operator==(const Divergence &) const = default;
};

/// What calibration images put into a layer.
struct ActivationStatistics {
    double low = 0, high = 0;
    double p001 = 0, p999 = 0; ///< 0.1 % of values lie below the first, 0.1 % above the second
    std::uint64_t count = 0;
    std::vector<float> channels;      ///< largest magnitude in each input channel (feature)
    std::size_t outlier_channels = 0; ///< with a magnitude above 6, the threshold of LLM.int8()
};

/// What a layer costs in each format.
struct LayerSensitivity {
    Layer layer;
    std::string block;     ///< `layer1.0`: layers that stand together
    std::int64_t macs = 0; ///< multiplications of one image; of a run of the text tower where it belongs there
    WeightScan weights;
    std::optional<ActivationStatistics> activation;
    std::map<std::string, Divergence> divergence; ///< by scan format, as far as measured
    std::map<std::string, double> gain;           ///< divergence over measured noise per channel, integer formats
    std::map<std::string, std::int64_t> bytes; ///< of the layer in the exported file; `fp32` and the formats that can be written
    std::optional<double> predicted_share, measured_share; ///< of batch-1 latency in float: by macs and bytes; by a clock
};

/// All layers in a format but those of one block.
struct BlockSensitivity {
    std::string name;
    std::vector<std::string> layers;
    std::map<std::string, Divergence> without; ///< by scan format: what is left when this block stays float
};

/// The map that everything else steers by.
struct SensitivityTable {
    std::string model, model_sha256, data; ///< `data`: the data set's name, empty without divergence
    std::vector<LayerSensitivity> layers;
    std::vector<BlockSensitivity> blocks;
    std::map<std::string, Divergence> whole;                   ///< by scan format: all layers in it
    std::map<std::string, RankCorrelation> beta_vs_divergence; ///< by integer format
    std::size_t images = 0; ///< that divergences were measured on, once a round over all layers is done
    bool embedding = false; ///< outputs are rows of length 1: rankings go by the cosine
    double seconds = 0;
    std::vector<std::string> notes;
};

/// The number that rankings go by: `matched_kl`, of embeddings `cosine`.
[[nodiscard]] double ranked(const SensitivityTable &table, const Divergence &divergence);

/// Of an integer format; nothing for others.
[[nodiscard]] std::optional<double> noise_of(const NoiseByBits &noise, const std::string &format);

/// Fills gains and rank correlations from noises and divergences.
void summarise(SensitivityTable &table);

} // namespace ca
