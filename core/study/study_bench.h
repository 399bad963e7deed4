// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measure_recipe.h"
#include "core/study/measurement_record.h"
#include "core/study/study.h"
#include "core/study/study_facts.h"

namespace ca {

/// What the trials of a study are carried out with, made once from its model, data and options: the same for each of them, on
/// whichever machine.
struct StudyBench {
    Workbench bench;
    Split selection, holdout;
    StudyFacts facts;

    [[nodiscard]] MeasurementKey key(const Recipe &recipe, const Split &split) const;
};

/// `model` and `data` must outlive the result. Errors: `bad_data` where the split selection has no image; those of
/// choose_preprocess, choose_head and fit_probe; `cancelled`.
[[nodiscard]] Result<StudyBench> prepare_study(const Model &model, const DataSet &data, const StudyOptions &options,
                                               std::stop_token stop, const Progress &progress);

/// A study may go on where it began: with the same model, data, splits, seed and options that change results, and measured by the
/// same version. Errors: `usage`, naming what is another.
[[nodiscard]] Status check_same_study(const StudyFacts &kept, const StudyFacts &now);

} // namespace ca
