// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/http.h"

#include <algorithm>

namespace ca {

const std::string *header(const HttpHead &head, std::string_view name)
{
    const auto found = std::find_if(head.headers.begin(), head.headers.end(), [&](const auto &one) { return one.first == name; });
    return found == head.headers.end() ? nullptr : &found->second;
}

} // namespace ca
