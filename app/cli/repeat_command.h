// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/source/report_source.h"

#include <string>

namespace ca {

/// The command that does a study once more from its beginning, for a shell: what it was begun with, who advised it, and the
/// limits that can be given on a command line; in another folder, for its own has the study. Empty where the store does not say
/// which model and data it is of.
[[nodiscard]] std::string repeating_command(const ReportSource &source);

} // namespace ca
