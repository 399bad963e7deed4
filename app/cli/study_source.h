// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "core/study/study_facts.h"

namespace ca {

/// How a study's model and data were named, with folders from the root on, for its store.
[[nodiscard]] Json source_of(const Arguments &arguments);

/// Sets what `arguments` leave open (model, data and what belongs to them) to what the study was begun with. Errors:
/// `bad_format`.
[[nodiscard]] Status add_source(Arguments &arguments, const StudyFacts &facts);

/// The folder of a study, of which `place` is the folder or a file in it.
[[nodiscard]] std::filesystem::path study_folder(const std::filesystem::path &place);

} // namespace ca
