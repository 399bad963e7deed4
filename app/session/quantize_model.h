// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/evaluate/measurement.h"
#include "core/quantize/prediction.h"
#include "core/quantize/quantize.h"
#include "ui/trials/quantize_facts.h"

#include <optional>
#include <stop_token>
#include <string>

namespace ca {

/// What the window asks for.
struct QuantizeRequest {
    QuantizeChoice choice;
    bool measure = false;      ///< accuracy on selection as well, where there is data
    std::string head = "auto"; ///< as `--head`
    std::size_t samples = 0;   ///< the first N of selection; 0: all
};

/// What a request will take.
struct ExpectedCosts {
    Prediction prediction;
    Bytes float_file;
    std::optional<std::string> problem; ///< why it cannot be carried out
    bool searched = false;              ///< its recipe is found by measuring, so nothing else is known
};

/// What became of it.
struct Quantization {
    QuantizedModel model;
    Bytes predicted, size, float_size; ///< of the default export: before and after
    std::optional<Accuracy> accuracy, float_accuracy;
    std::optional<PairedComparison> versus_float;
    bool agreement = false; ///< with float is what `accuracy` counts
    double seconds = 0;     ///< of quantizing alone
};

// For a worker. `data`: null where none is open.

/// Errors: those of making the recipe but `constraint` and `unsupported`, which are `problem`.
[[nodiscard]] Result<ExpectedCosts> expected_costs(const Model &model, const DataSet *data, const QuantizeChoice &choice);

/// Errors: those of making the recipe, carrying it out and measuring.
[[nodiscard]] Result<Quantization> quantize_as_asked(const Model &model, const DataSet *data, const QuantizeRequest &request,
                                                     std::stop_token stop, const Progress &progress);

} // namespace ca
