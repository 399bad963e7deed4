// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/sealed_rows.h"
#include "core/study/store.h"

#include <array>

namespace ca {

// The tables of store_schema.cpp, for those who read and write them.
inline constexpr std::array kDocumentColumns{"name", "json"};
inline constexpr std::array kMeasurementColumns{"key",  "model",   "recipe", "data",  "split",
                                                "seed", "program", "json",   "flags", "answers"};
inline constexpr std::array kTrialColumns{"id",       "number",  "parent",      "origin",          "method",         "name",
                                          "reason",   "recipe",  "recipe_hash", "predicted_bytes", "predicted_drop", "state",
                                          "on_front", "seconds", "error",       "selection",       "holdout"};
/// Where among kTrialColumns the key of a measurement stands.
[[nodiscard]] constexpr std::size_t trial_column(TrialSplit split)
{
    return kTrialColumns.size() - (split == TrialSplit::selection ? 2 : 1);
}
inline constexpr std::array kTranscriptColumns{"number", "json"};
inline constexpr std::array kHypervolumeColumns{"evaluations", "value"};
inline constexpr std::array kArtefactColumns{"path", "kind", "sha256", "bytes"};

inline constexpr SealedTable kDocuments{"documents", kDocumentColumns};
inline constexpr SealedTable kMeasurements{"measurements", kMeasurementColumns};
inline constexpr SealedTable kTrials{"trials", kTrialColumns};
inline constexpr SealedTable kTranscript{"transcript", kTranscriptColumns};
inline constexpr SealedTable kHypervolume{"hypervolume", kHypervolumeColumns};
inline constexpr SealedTable kArtefacts{"artefacts", kArtefactColumns};

} // namespace ca
