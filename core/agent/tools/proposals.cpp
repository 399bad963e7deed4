// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/proposals.h"

#include <algorithm>

namespace ca {

KeptProposal &Proposals::add(KeptProposal proposal)
{
    proposal.id = "P" + std::to_string(all_.size() + 1);
    proposal.hash = hash(proposal.proposal.candidate.recipe.recipe);
    return all_.emplace_back(std::move(proposal));
}

KeptProposal *Proposals::find(std::string_view id)
{
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const KeptProposal &kept) { return kept.id == id; });
    return found == all_.end() ? nullptr : &*found;
}

KeptProposal *Proposals::with_recipe(std::string_view hash)
{
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const KeptProposal &kept) { return kept.hash == hash; });
    return found == all_.end() ? nullptr : &*found;
}

Json Proposals::open_ids() const
{
    Json ids = Json::array();
    for (const KeptProposal &kept : all_)
        if (!kept.trial)
            ids.push_back(kept.id);
    return ids;
}

} // namespace ca
