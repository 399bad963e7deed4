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

/// Bits of the noise columns of the layers pane, left to right.
inline constexpr std::array<int, 4> kNoiseBits{8, 4, 3, 2};

/// A row of the layers pane.
struct LayerFacts {
    QString id;   ///< `L001`
    QString name; ///< `layer1.0.conv1`
    QString kind;
    QString shape; ///< "64 × 3 × 3 × 3"
    std::int64_t weights = 0;
    std::array<std::optional<double>, kNoiseBits.size()> noise{}; ///< Beta noise to signal, at kNoiseBits
    bool operator==(const LayerFacts &) const = default;
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
    std::vector<LayerFacts> layers;
    bool has_network = true;               ///< false for weights alone, which cannot be run
    std::optional<ClassNames> zero_shot{}; ///< of a CLIP model
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
    QString head = QStringLiteral("auto");        ///< auto, logits or agreement
    int samples = 0;                              ///< images of selection and of holdout; 0: all
    bool operator==(const DataChoice &) const = default;
};

} // namespace ca
