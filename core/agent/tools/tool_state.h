// SPDX-License-Identifier: GPL-3.0-or-later
// What the tools share, each of which is a file tool_NAME.cpp.
#pragma once

#include "core/agent/tools/proposals.h"
#include "core/agent/tools/tool_arguments.h"
#include "core/agent/tools/tools.h"
#include "core/agent/untrusted/untrusted.h"

#include <cmath>

namespace ca {

struct ToolBox::State {
    State(StudyDesk &a_desk, ToolOptions all)
        : desk(a_desk), options(std::move(all)), untrusted(options.names), use(options.budget)
    {
    }

    StudyDesk &desk;
    ToolOptions options;
    Untrusted untrusted;
    BudgetUse use;
    Proposals proposals{};
    std::vector<StoredFigure> compared{}; ///< by compare_trials: `T5/against/T3/p_value`
    std::optional<double> told_minutes{}; ///< that were left when it was last said: the clock goes on while a model writes
    bool figures_were_refused = false;    ///< of the last `finish`

    [[nodiscard]] ConsentMode mode();              ///< that holds now
    [[nodiscard]] Bytes memory() const;            ///< of the machine; 0 where nobody knows
    [[nodiscard]] std::size_t trials_left() const; ///< of the budget and of the study
    [[nodiscard]] double minutes_left() const;     ///< likewise; at least 0

    /// Layers by their ids, in whose place a null stands where there is none.
    [[nodiscard]] const Layer *layer(std::string_view id) const;
    [[nodiscard]] const LayerSensitivity *row(const Layer &layer) const;
    [[nodiscard]] const Trial *trial(std::string_view id) const;
    [[nodiscard]] std::string id_of(const std::string &layer_name) const;

    /// "L001 to L021", as what is allowed.
    [[nodiscard]] Json layer_ids() const;
    /// Of the trials that are done.
    [[nodiscard]] Json trial_ids() const;

    [[nodiscard]] std::vector<StoredFigure> figures() const; ///< ToolBox::figures

    /// Scans where that was not done. An answer where it cannot be.
    [[nodiscard]] std::optional<ToolAnswer> plan();
};

namespace tools {

// What each tool does with arguments that its schema has checked.
[[nodiscard]] ToolAnswer study_overview(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer sensitivity(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer propose_recipe(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer run_trials(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer compare_trials(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer explain_layer(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer set_constraint(ToolBox::State &state, const Json &arguments, std::stop_token stop);
[[nodiscard]] ToolAnswer finish(ToolBox::State &state, const Json &arguments, std::stop_token stop);

/// Nothing was done, and that is why.
[[nodiscard]] ToolAnswer refusal(const ArgumentErrors &errors, CallState state = CallState::failed);
/// An error of the study. `fatal` where it cannot go on.
[[nodiscard]] ToolAnswer failure(const ToolBox::State &state, const Error &error, bool fatal);

/// With so many digits after the point; null where it is no finite number.
[[nodiscard]] Json rounded(double value, int digits);
/// With so many significant digits.
[[nodiscard]] Json significant(double value, int digits = 3);
template <typename T>
[[nodiscard]] Json rounded(const std::optional<T> &value, int digits)
{
    return value ? rounded(static_cast<double>(*value), digits) : Json(nullptr);
}

/// `int4 static gptq g64`: format and what differs from the usual.
[[nodiscard]] std::string scheme_text(const Recipe &recipe, const std::string &layer);

/// Rows under the names of their columns.
struct Table {
    std::vector<std::string> columns;
    std::vector<Json> rows{};
    [[nodiscard]] Json json() const { return {{"columns", columns}, {"rows", rows}}; }
};

/// A trial's row, and the columns of such rows.
[[nodiscard]] std::vector<std::string> trial_columns();
[[nodiscard]] Json trial_row(const ToolBox::State &state, const Trial &trial);
/// "T7: 3.12 MB, 88.4 %, 0.3 points below float": figures of the store.
[[nodiscard]] std::string trial_text(const Trial &trial);

/// Constraints with layers by id, as CLI.md names them; and in words, empty where nothing is limited.
[[nodiscard]] Json constraints_json(const ToolBox::State &state, const Constraints &constraints);
[[nodiscard]] std::string constraints_text(const ToolBox::State &state, const Constraints &constraints);

/// "P3, P4 and P5".
[[nodiscard]] std::string in_a_row(const std::vector<std::string> &words);

/// It was begun or queued, and nobody carries it out any more: its recipe can be run as if it had never been.
[[nodiscard]] bool was_left_undone(const Trial &trial);

/// Minutes that a trial of this recipe takes, and the memory that it needs beside the model.
struct TrialCost {
    double minutes = 0;
    Bytes memory{};
};
[[nodiscard]] TrialCost cost_of(const ToolBox::State &state, const Recipe &recipe);

} // namespace tools
} // namespace ca
