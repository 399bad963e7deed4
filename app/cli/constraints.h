// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "core/study/study.h"

namespace ca {

/// What the command line asks of a model whose float export has so many bytes.
[[nodiscard]] Constraints constraints_of(const Arguments &arguments, Bytes float_bytes);

/// After a run: does a finished trial meet all constraints of the study, by what `selection` measured (Study::answer)? Errors:
/// `constraint`, with the trial that comes nearest and its figures.
[[nodiscard]] Status check_constraints(const Study &study);

} // namespace ca
