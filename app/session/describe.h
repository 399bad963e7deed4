// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/files/inspect_file.h"
#include "core/model/model.h"
#include "ui/facts.h"

#include <stop_token>
#include <vector>

namespace ca {

/// What the window shows of a model, with a scan of its weights: seconds for a large model. Errors: those of `scan`.
[[nodiscard]] Result<ModelFacts> describe_model(const FileInspection &inspection, const Model &model, std::stop_token stop,
                                                const Progress &progress);

[[nodiscard]] std::vector<FindingFacts> describe_findings(const FileInspection &inspection);

[[nodiscard]] DataFacts describe_data(const DataSet &data);

} // namespace ca
