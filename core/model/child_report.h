// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

constexpr std::size_t kLongestReport = 4096; ///< bytes of a whole report

/// How a child tells its parent what came of its work: a mark, the kind of error, the length of a sentence, the sentence.
[[nodiscard]] std::string write_report(const Status &status);

/// Reads a report from a child that may be under the control of a hostile file. Absent where it is anything else than a whole
/// report; its sentence is clean text of a length that a person reads.
[[nodiscard]] std::optional<Status> read_report(std::string_view bytes);

} // namespace ca
