// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/studies.h"
#include "core/study/study.h"
#include "ui/studies/study_rows.h"

namespace ca {

[[nodiscard]] StudyRow describe_study(const StudySummary &summary);

/// Two studies beside each other: their facts, what differs, and on their fronts which trials of one are beaten by the other's,
/// by size and accuracy. Accuracies of different images are never compared.
[[nodiscard]] ComparisonFacts compare_studies(const Study &one, const Study &other);

} // namespace ca
