// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/base/units.h" // after Qt: moc 6.4 cannot read <compare> before another standard header
#include "core/quantize/methods.h"

#include <optional>

namespace ca {

/// What a person chose in the quantize dialog.
struct QuantizeChoice {
    QString method; ///< as `--method`
    MethodOptions options{};
    std::optional<double> target_ratio{}; ///< of `mixed`: float bytes over bytes; or
    std::optional<double> max_drop{};     ///< percentage points that may be lost
};

/// What a choice will take, before it runs.
struct ExpectedFacts {
    Bytes file, float_file;
    Bytes work; ///< memory beside the float model while it is quantized
    Bytes run;  ///< memory of running one image; 0 for weights alone
    double seconds = 0;
    QString problem;       ///< why it cannot run; empty where it can
    bool searched = false; ///< the file is only known once images were looked at
};

/// Answers to the images of a split.
struct AnswersFacts {
    QString split; ///< "selection"
    std::int64_t images = 0;
    double top1 = 0, low = 0, high = 0; ///< fractions, with the 95 % interval
    double float_top1 = 0;
    QString verdict; ///< same, better, worse or undetermined
    double p_value = 1;
    bool agreement = false; ///< with float, not accuracy
};

/// What became of it.
struct QuantizedFacts {
    QString name; ///< "int4 weights"
    Bytes predicted, size, float_size;
    std::size_t layers = 0; ///< quantized
    QStringList left_float; ///< "fc: its weights are not finite."
    QStringList notes;
    std::optional<AnswersFacts> answers; ///< absent where nothing was measured
    double seconds = 0;
};

/// What can be written of a quantized model: words of `--format`.
struct ExportChoice {
    QString format, file;
};

} // namespace ca
