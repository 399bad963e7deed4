// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/open_inputs.h"
#include "core/study/study.h"

namespace ca {

/// What `run` and `mcp` work on. Everything that can be wrong with what is read and where results go is found before anything is
/// written. Errors: those of check_possible, check_place and open_inputs; `unwritable` where a study is there that is not gone on
/// with; `unsupported` for a model that is quantized already or cannot be run.
[[nodiscard]] Result<Inputs> open_run(const Arguments &arguments, const Fetch &fetch, std::stop_token stop,
                                      const Progress &progress);

/// The study that the arguments ask for.
[[nodiscard]] StudyOptions study_options(const Arguments &arguments, const Inputs &inputs);

} // namespace ca
