// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/base/units.h" // after Qt: moc 6.4 cannot read <compare> before another standard header

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace ca {

/// What the cells of the layers pane stand for.
enum class Measure { divergence, noise, bytes };
inline constexpr std::array kMeasures{Measure::divergence, Measure::noise, Measure::bytes};

/// How far outputs go when one layer is quantized, as means over images.
struct DivergenceFacts {
    double kl = 0;      ///< Kullback-Leibler, nats
    double cosine = 0;  ///< 1 - cosine
    double changed = 0; ///< fraction of images whose answer is another
    std::size_t images = 0;
    double matched_kl = 0; ///< nats, where a change of confidence alone does not count
    bool operator==(const DivergenceFacts &) const = default;
};

/// A layer in a format.
struct HeatCell {
    std::optional<double> value; ///< absent: not known, or not yet; infinite where rounding leaves nothing of the weights
    std::optional<DivergenceFacts> divergence{}; ///< all of it, where it is the measure
    std::optional<double> measured{};            ///< what rounding costs, beside the Beta noise that predicts it
    bool operator==(const HeatCell &) const = default;
};

/// A Beta density on [low, high] of the weights; no shapes where there is none.
struct BetaFacts {
    double alpha = 0, beta = 0;
    double ks = 1; ///< Kolmogorov-Smirnov distance to the weights
    bool operator==(const BetaFacts &) const = default;
};

/// How the weights of a layer are spread.
struct DensityFacts {
    double low = 0, high = 0;
    std::array<float, 64> histogram{}; ///< fractions of the weights in equal bins from low to high
    BetaFacts likelihood, moments;     ///< the density to draw; the one that the noise comes from
    QString trouble;                   ///< why a Beta density says little: "heaped"; empty where it fits
    double kurtosis = 0;               ///< excess
    double outliers = 0;               ///< fraction beyond 4 standard deviations
    double channel_ratio = 1;          ///< widest channel over the median one
    bool operator==(const DensityFacts &) const = default;
};

/// What images put into a layer.
struct ActivationFacts {
    double low = 0, high = 0, p001 = 0, p999 = 0;
    std::size_t channels = 0, outlier_channels = 0; ///< with a magnitude above 6
    bool operator==(const ActivationFacts &) const = default;
};

/// A row of the layers pane.
struct LayerFacts {
    QString id;    ///< `L001`
    QString name;  ///< `layer1.0.conv1`
    QString block; ///< `layer1.0`
    QString kind;
    QString shape; ///< "64 × 3 × 3 × 3"
    std::int64_t weights = 0;
    std::array<std::vector<HeatCell>, kMeasures.size()> cells{}; ///< by measure; a cell for each of its formats
    std::optional<DensityFacts> density{};
    std::optional<ActivationFacts> activation{};
    bool operator==(const LayerFacts &) const = default;

    [[nodiscard]] const std::vector<HeatCell> &of(Measure measure) const { return cells[static_cast<std::size_t>(measure)]; }
    [[nodiscard]] std::vector<HeatCell> &of(Measure measure) { return cells[static_cast<std::size_t>(measure)]; }
};

/// The layers of a model, and what is known of what each costs in each format.
struct SensitivityFacts {
    std::vector<LayerFacts> layers;
    std::array<QStringList, kMeasures.size()> formats{}; ///< columns of each measure, left to right
    bool by_cosine = false;                              ///< of embeddings: divergences are 1 - cosine, else nats
    QString agreement; ///< a sentence of how well Beta noise ranks the layers; empty where it was not compared
    bool operator==(const SensitivityFacts &) const = default;

    [[nodiscard]] const QStringList &of(Measure measure) const { return formats[static_cast<std::size_t>(measure)]; }
    [[nodiscard]] QStringList &of(Measure measure) { return formats[static_cast<std::size_t>(measure)]; }
};

/// What a CLIP model is asked: each name in each template.
struct ClassNames {
    QStringList classes;
    QStringList templates; ///< `{}` stands for the name
    bool operator==(const ClassNames &) const = default;
};

/// What the window says of a model.
struct ModelFacts {
    QString name;
    QString file;
    QString format; ///< "TorchScript"
    Bytes size;
    std::int64_t parameters = 0;
    QString code;      ///< "plain code"
    QStringList notes; ///< how it runs, what was assumed
    SensitivityFacts sensitivity;
    bool has_network = true;               ///< false for weights alone, which cannot be run
    std::optional<ClassNames> zero_shot{}; ///< of a CLIP model
    Bytes float_file{};                    ///< what the default export takes in float; 0: not known
    bool operator==(const ModelFacts &) const = default;
};

/// What code in a file does beyond computing, and where.
struct FindingFacts {
    QString member; ///< `code/__torch__/net.py`
    int line = 0;   ///< 0 where it stands in no text
    QString what;   ///< a sentence
    bool operator==(const FindingFacts &) const = default;
};

/// Where something stands that the program fetches by itself.
struct Availability {
    enum class State { ready, absent, arriving, failed, impossible };
    State state = State::ready;
    double share = 0; ///< of what arrives: 0 to 1
    QString words;    ///< how far it is; why it failed, or cannot be used on this machine
    bool operator==(const Availability &) const = default;
};

/// What the window says of a data set.
struct DataFacts {
    QString name;
    QString folder;
    QStringList classes;
    std::size_t calibration = 0, selection = 0, holdout = 0; ///< images
    bool operator==(const DataFacts &) const = default;
};

/// What a person chose to measure on.
struct DataChoice {
    QString data = QStringLiteral("pictogram10"); ///< as `--data`: pictogram10, cifar10, or a folder's whole path
    QString head = QStringLiteral("auto");        ///< auto, logits, probe or agreement
    int samples = 0;                              ///< images of selection and of holdout; 0: all
    bool operator==(const DataChoice &) const = default;
};

} // namespace ca
