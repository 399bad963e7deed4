// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "core/study/study.h"

namespace ca {

/// After a run: does a finished trial meet all constraints that the command line gives, by what `selection` measured?
/// Errors: `constraint`, with the trial that comes nearest and its figures.
[[nodiscard]] Status check_constraints(const Study &study, const Arguments &arguments);

} // namespace ca
