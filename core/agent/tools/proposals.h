// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study_runner.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// What a model expects of its proposal.
struct Expectation {
    std::optional<std::int64_t> bytes{};
    std::optional<double> drop{}; ///< percentage points
};

/// A recipe that may be carried out as it is: the model's, or the planner's.
struct KeptProposal {
    std::string id; ///< `P1`
    TrialOrigin origin = TrialOrigin::advisor;
    Proposal proposal; ///< with what the planner predicts
    Expectation expected{};
    double minutes = 0; ///< that a trial of it takes, and the memory that it needs beside the model, as they were told
    Bytes memory{};
    std::string hash{};                 ///< of the recipe
    std::optional<std::string> trial{}; ///< that carried it out
};

/// All proposals of a conversation.
class Proposals {
public:
    /// With the next id.
    KeptProposal &add(KeptProposal proposal);
    [[nodiscard]] KeptProposal *find(std::string_view id);
    [[nodiscard]] KeptProposal *with_recipe(std::string_view hash);
    [[nodiscard]] const std::deque<KeptProposal> &all() const { return all_; }
    /// Of those that no trial carried out.
    [[nodiscard]] Json open_ids() const;

private:
    std::deque<KeptProposal> all_; ///< keeps their places
};

} // namespace ca
