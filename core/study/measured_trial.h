// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"
#include "core/study/measurement_record.h"
#include "core/study/store.h"

#include <filesystem>

namespace ca {

/// One trial, carried out anywhere: what `run-trial` writes and `merge` reads.
struct MeasuredTrial {
    std::string method; ///< Trial::method
    std::string name;   ///< Trial::name, where the study has no trial with this recipe
    Recipe recipe;
    MeasurementRecord record;
};

/// `{"version":1,"method","name","recipe","key","measurement","right","answers"}`: flags and answers packed, in base64.
[[nodiscard]] Json to_json(const MeasuredTrial &result);
/// Errors: `bad_format`, for a result that contradicts itself, too.
[[nodiscard]] Result<MeasuredTrial> measured_trial_from_json(const Json &json);

/// Errors: `unwritable`.
[[nodiscard]] Status write_measured_trial(const MeasuredTrial &result, const std::filesystem::path &file);
/// Of a file from anywhere. Errors: `not_found`, `unreadable`, `bad_format`, which name it.
[[nodiscard]] Result<MeasuredTrial> read_measured_trial(const std::filesystem::path &file);

/// Brings a result into its study, in one transaction: the trials with its recipe are `done` with its measurement; where there is
/// none, it becomes one with the id `TM` and the first 12 digits of the recipe's hash. The same results give the same study in
/// any order and however often. A result on holdout measures a trial and leaves its state. The front is not taken again. Errors:
/// `bad_data` where it is of another model, data, seed or version of the program, or contradicts what was measured before; those
/// of writing. Nothing was changed then.
[[nodiscard]] Status merge_result(StudyStore &study, const MeasuredTrial &result);

} // namespace ca
