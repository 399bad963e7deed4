// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/agent_events.h"
#include "core/agent/tools/consent.h"
#include "core/agent/tools/desk.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// The tools of CLI.md, with closed schemas. Always the same text, so that a vendor's cache hits.
[[nodiscard]] const std::vector<ToolSpec> &tool_specs();

/// In words, for a card: "Run P3 and P4". Of arguments that are not as they should be, the tool alone.
[[nodiscard]] std::string call_title(const ToolCall &call);

struct ToolOptions {
    Budget budget{};
    ConsentMode mode = ConsentMode::within_budget;
    AskPerson ask{};   ///< absent: nobody is there, and all that asks is refused
    bool names = true; ///< false: names, class names and errors stay on this machine; ids go out alone
    Bytes memory{};    ///< that this machine has; 0: it is asked
    /// Asked before each trial of a call but its first: why it is not begun, because something else comes first.
    std::function<std::optional<std::string>()> why_not{};
    /// Asked wherever `mode` counts: what the person has set it to meanwhile, once. Absent: it is never changed so.
    std::function<std::optional<ConsentMode>()> new_mode{};
};

/// What came of a call.
struct ToolAnswer {
    Json content = Json::object(); ///< for the model; `{"errors":[{"path","problem","allowed"}]}` where it failed
    bool failed = false;           ///< nothing was done, and `content` says what to do instead
    CallState state = CallState::done;
    std::string summary{};                    ///< in words, with figures of the store, for a card
    std::vector<std::string> trials{};        ///< that it made or speaks of
    bool ends_turn = false;                   ///< `finish` was accepted
    std::vector<TextSpan> text{};             ///< of `finish`: its summary, each figure looked up
    std::optional<std::string> recommended{}; ///< of `finish`: a trial
    /// The study cannot go on: its disk, or it is stopped. Then this is the error of the drive.
    std::optional<Error> fatal{};
};

/// Carries out calls. What a model may do and may not is decided here and nowhere else: arguments are checked against the schema
/// and then against the study before anything is computed, computation is within the budget or is asked for. Keeps the proposals
/// between calls. For one thread. What it is given outlives it.
class ToolBox {
public:
    ToolBox(StudyDesk &desk, ToolOptions options);
    ToolBox(const ToolBox &) = delete;
    ToolBox &operator=(const ToolBox &) = delete;
    ~ToolBox();

    /// Waits for what the call computes and for the person where that is asked. `stop` ends it between trials and before it asks.
    [[nodiscard]] ToolAnswer call(const ToolCall &call, std::stop_token stop = {});

    void set_mode(ConsentMode mode);
    void set_names(bool sent); ///< ToolOptions::names
    /// From now on; what was used before counts.
    void set_budget(const Budget &budget);
    /// So much is left of the budget from now on.
    void leave(std::size_t trials, double minutes);
    [[nodiscard]] ConsentMode mode() const;        ///< that holds now
    [[nodiscard]] std::size_t trials_left() const; ///< of the budget and of the study
    [[nodiscard]] double minutes_left() const;     ///< likewise; at least 0
    [[nodiscard]] bool sends_names() const;
    /// What texts may speak of: the study's (figures_of), those of the budget, and what the tools said of proposals and pairs.
    [[nodiscard]] std::vector<StoredFigure> figures() const;

    struct State; ///< tool_state.h

private:
    std::unique_ptr<State> state_;
};

} // namespace ca
