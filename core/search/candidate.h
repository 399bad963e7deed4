// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/methods.h"

#include <string>

namespace ca {

/// A recipe that is worth a trial, with why.
struct Candidate {
    std::string method; ///< `static-int8`, `mixed` …
    std::string name;
    std::string reason;
    MethodRecipe recipe;
};

} // namespace ca
