// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/desk.h"

namespace ca {

Result<PairedComparison> RunnerDesk::compare(const std::string &a, const std::string &b) const
{
    if (!runner_.store())
        return fail(ErrorCode::not_found, "This study is written nowhere, so the answers to single images are not kept.");
    return runner_.store()->compare(a, b, TrialSplit::selection);
}

} // namespace ca
