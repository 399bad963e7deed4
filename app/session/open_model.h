// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/model_source.h"
#include "ui/facts.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace ca {

/// A model to open, and what a person said about it.
struct ModelRequest {
    ModelSource source;
    bool trust = false;              ///< although its code does more than compute
    std::optional<ClassNames> names; ///< of a CLIP model; absent: the data's classes in the published templates
    std::string weights{};           ///< as `--weights`, of a key of the zoo
};

/// The model, or why not.
struct OpenedModel {
    Model model;
    ModelFacts facts;
};
struct RefusedModel {
    Error error;
    std::vector<FindingFacts> findings{}; ///< where suspicious code was the reason
};
using ModelOpening = tl::expected<OpenedModel, RefusedModel>;

/// Inspects, loads and describes it. For a worker.
[[nodiscard]] ModelOpening open_model(const ModelRequest &request, const LoadOptions &options, std::stop_token stop,
                                      const Progress &progress);

} // namespace ca
