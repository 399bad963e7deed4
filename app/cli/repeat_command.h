// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study_facts.h"

#include <string>

namespace ca {

/// The command that does a study once more from its beginning, for a shell: what it was begun with, and the limits that can be
/// given on a command line. Empty where the store does not say which model and data it is of.
[[nodiscard]] std::string repeating_command(const StudyFacts &facts);

} // namespace ca
