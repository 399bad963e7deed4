// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/units.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ca {

struct SplitFacts {
    std::string name;      ///< `calibration`, `selection`, `holdout`
    std::int64_t size = 0; ///< images
    std::string hash;      ///< Split::hash; empty where it has no image
    bool operator==(const SplitFacts &) const = default;
};

/// What a study is about, and what carrying out one of its trials on another machine takes.
struct StudyFacts {
    std::string name, model_name, model_sha256, data_name;
    std::string data; ///< MeasurementKey::data
    std::vector<SplitFacts> splits{};
    std::uint64_t seed = 0;
    std::string head, preprocess; ///< the sentences that say what was chosen
    Bytes float_bytes;
    Json options = Json::object(); ///< what was asked for, in whichever form the caller reads back
    std::string program;           ///< the version that measures
    bool operator==(const StudyFacts &) const = default;
};

[[nodiscard]] Json to_json(const StudyFacts &facts);
/// Errors: `bad_format`.
[[nodiscard]] Result<StudyFacts> study_facts_from_json(const Json &json);

} // namespace ca
