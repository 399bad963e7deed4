// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/example_set.h"
#include "core/study/store.h"
#include "core/study/study.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace ca {

/// All that the store of a study holds, as it was at one moment: what a report is made of, and held against.
struct ReportSource {
    Study study; ///< with the front taken on it
    StudyFacts facts;
    std::optional<Json> sensitivity;    ///< core/scan/sensitivity_files.h; absent: nothing was scanned
    std::optional<ExampleSet> examples; ///< absent: none were asked for
    std::vector<Json> machines;         ///< objects of name -> text, one for each machine; none in older stores
    std::vector<Json> transcript;       ///< in order
    std::vector<Artefact> artefacts;
    std::filesystem::path folder; ///< of the study
};

/// Errors: those of reading; `bad_format` where the examples are damaged.
[[nodiscard]] Result<ReportSource> read_report_source(const StudyStore &store);

} // namespace ca
