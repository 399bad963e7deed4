// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/report/document/document.h"

#include <optional>
#include <string>
#include <vector>

namespace ca::report {

/// What an advisor ended with. Empty where it did not.
struct Conclusion {
    Line summary;                           ///< figures in it that nothing stored matches are struck through
    std::optional<std::string> recommended; ///< a trial
};
/// The last call of `finish` that was carried out.
[[nodiscard]] Conclusion last_conclusion(const std::vector<Json> &transcript, std::size_t most_characters);

/// What was said while a round was prepared.
struct Speech {
    Line said;
    bool by_person = false;
};
/// Of a person and of language models; what the planner says is in the tables, and so is the request that a study begins with by
/// itself. By the number of rounds that were queued before; as many as there are rounds, and one more for what came after the
/// last.
[[nodiscard]] std::vector<std::vector<Speech>> speeches(const std::vector<Json> &transcript, std::size_t rounds,
                                                        std::size_t most_characters);

} // namespace ca::report
