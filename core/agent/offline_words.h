// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <string>

namespace ca {

// What the offline advisor says of what tools gave. Figures are theirs, with the id of their trial in the sentence.

/// Rows of a tool's table by the names of its columns.
class ToolRows {
public:
    /// `table`: `{"columns","rows"}`; anything else has no rows.
    explicit ToolRows(const Json &table);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    /// null where there is no such column.
    [[nodiscard]] Json at(std::size_t row, const std::string &column) const;
    /// Of the row with this id; null where there is none.
    [[nodiscard]] Json of(const std::string &id, const std::string &column) const;

private:
    Json columns_, rows_;
};

[[nodiscard]] std::string proposals_text(const Json &overview,
                                         std::size_t count); ///< the first so many are carried out next, and why
[[nodiscard]] std::string outcomes_text(const Json &run);    ///< what came of it
[[nodiscard]] std::string comparison_text(const Json &compared);
[[nodiscard]] std::string layer_text(const Json &explained);
[[nodiscard]] std::string constraints_text(const Json &constraint);
[[nodiscard]] std::string overview_text(const Json &overview);
[[nodiscard]] std::string summary_text(const Json &overview); ///< of `finish`
[[nodiscard]] std::string refusal_text(const Json &content);  ///< of a call that failed

/// The trial that answers the constraints, else the balanced one, else the smallest; null: there is none.
[[nodiscard]] Json recommended_trial(const Json &overview);

} // namespace ca
