// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measured_trial.h"
#include "core/study/study.h"

namespace ca {

/// One recipe as a trial of the study, which is only read, as the study itself would measure it on selection: for machines that
/// share its work.
/// `scratch`: a file that may be made and is removed again. Errors: those of prepare_study, check_same_study and measure_recipe.
[[nodiscard]] Result<MeasuredTrial> run_trial(const StudyStore &study, const Model &model, const DataSet &data,
                                              const MethodRecipe &recipe, int threads, const std::filesystem::path &scratch,
                                              std::stop_token stop, const Progress &progress);

/// The options that a study was begun with. Errors: `bad_format`.
[[nodiscard]] Result<StudyOptions> options_of(const StudyFacts &facts);

} // namespace ca
