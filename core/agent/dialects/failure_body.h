// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// What an error's body says, whatever its shape; as the server wrote it.
struct ErrorBody {
    std::string text;
    std::string type, code, detail_code; ///< `invalid_request_error`, `invalid_api_key`, `enforced_spend_limit_reached`
    std::string parameter;               ///< `tools[0].function.strict`
    std::string request_id;
    int status = 0;                        ///< where the body names one
    std::optional<std::int64_t> context{}; ///< tokens, where a field or the text says so
    bool is_page = false;                  ///< a web page; `text` is its title
};

[[nodiscard]] ErrorBody error_body(std::string_view body);
[[nodiscard]] ErrorBody error_body(const Json &body);

/// What stands in quotes in a sentence: one line of at most 200 visible characters, without what looks like a key, an e-mail
/// address or an address of the network.
[[nodiscard]] std::string quotable(std::string_view text);

} // namespace ca
