// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "core/study/study_facts.h"

#include <filesystem>
#include <string>

namespace ca {

/// The options with which a study that lies in `folder` goes on: those it was begun with. What its store does not say, or says
/// in another form, is as in a new study.
[[nodiscard]] StudyOptions resuming_options(const std::filesystem::path &folder, const StudyFacts &facts, const Study &study);

/// Has trials that were not carried out or, on the front, not measured on holdout; or room for more that the planner has not
/// declined.
[[nodiscard]] bool is_unfinished(const Study &study, std::size_t max_trials);

/// What has to be opened before the study can go on, as a sentence: "To go on with this study, open the model resnet18
/// (/models/resnet18.pt) and choose the data cifar10." Only what is missing is named; empty where nothing is.
[[nodiscard]] std::string missing_for(const Study &study, const Json &source, bool has_model, bool has_data);

} // namespace ca
