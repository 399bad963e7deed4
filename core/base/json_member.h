// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

namespace ca {

/// A member of JSON from outside, which may be anything: null where `json` is no object or has none of that name.
[[nodiscard]] inline const Json &member(const Json &json, const std::string &key)
{
    static const Json nothing = nullptr;
    if (!json.is_object())
        return nothing;
    const auto found = json.find(key);
    return found != json.end() ? *found : nothing;
}

} // namespace ca
