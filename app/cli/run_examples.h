// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/open_inputs.h"
#include "core/evaluate/find_examples.h"
#include "core/study/study.h"

#include <optional>

namespace ca {

/// The trial of a study whose examples are shown: the one that its report recommends. Null where there is none.
[[nodiscard]] const Trial *trial_to_show(const Study &study);

/// Examples of that trial on holdout. Errors: those of quantizing and running.
[[nodiscard]] Result<ExampleSet> examples_of(const Trial &trial, const Arguments &arguments, const Inputs &inputs,
                                             std::stop_token stop, const Progress &progress);

} // namespace ca
