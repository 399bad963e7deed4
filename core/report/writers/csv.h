// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/evaluate/example_set.h"
#include "core/study/study.h"

#include <optional>
#include <string>

namespace ca {

// One record a line, with a heading; RFC 4180; numbers with a point whatever the locale, as short as they read back.

/// A row a trial.
[[nodiscard]] std::string trials_csv(const Study &study);

/// A row a layer: what `trial`, which may be null, does to it, beside what the scan knows of it. `sensitivity` is the object of
/// core/scan/sensitivity_files.h; without it the layers are those of the trial's recipe.
[[nodiscard]] std::string layers_csv(const Trial *trial, const std::optional<Json> &sensitivity);

/// A row for each image whose answer changed and each group of layers that was restored to float for it; one row where none was.
[[nodiscard]] std::string failures_csv(const ExampleSet &examples);

} // namespace ca
