// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measure_recipe.h"
#include "core/study/store.h"

namespace ca {

/// A study that is only read, and what it is about.
struct OpenedStudy {
    StudyStore store;
    StudyFacts facts;
};
/// Errors: those of StudyStore::open_for_reading.
[[nodiscard]] Result<OpenedStudy> open_study(const std::filesystem::path &folder);

/// What the store holds of a study, with the front taken on it. `files` is empty. Errors: those of reading.
[[nodiscard]] Result<Study> load_study(const StudyStore &store);

inline constexpr const char *kSecondsTable = "seconds"; ///< of a store: a number, what all runs of the study took

/// A study without trials.
[[nodiscard]] Study study_of(const StudyFacts &facts);

/// Entries of the transcript that `load_study` reads back: a round, and why the search ended.
[[nodiscard]] Json to_entry(const StudyRound &round);
[[nodiscard]] Json over_entry(const std::string &why);

/// What the float trial, the study's first, was answered; nothing where it is not measured. Errors: those of reading.
[[nodiscard]] Result<std::optional<FloatAnswers>> float_answers(const StudyStore &store, const Study &study, TrialSplit split);

/// What was answered, to compare others with.
[[nodiscard]] FloatAnswers answers_of(const MeasurementRecord &record);

} // namespace ca
