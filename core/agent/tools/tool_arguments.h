// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// What is wrong with a call, so that a model can mend it.
struct ArgumentError {
    std::string path; ///< JSON pointer into the arguments: `/layers/0/ids/2`; empty: the whole
    std::string problem;
    Json allowed = nullptr; ///< what may stand there instead: a list, or a word for a type
    bool operator==(const ArgumentError &) const = default;
};
using ArgumentErrors = std::vector<ArgumentError>;

/// `{"errors":[{"path","problem","allowed"}]}`; the first few, and how many there are more.
[[nodiscard]] Json to_json(const ArgumentErrors &errors);

/// Of the JSON schemas that tools are described with: `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`.
[[nodiscard]] ArgumentErrors check_schema(const Json &value, const Json &schema, const std::string &path = "");

/// Arguments as a model wrote them. Nothing of them is used unless `errors` is empty.
struct ParsedArguments {
    Json value = nullptr;
    ArgumentErrors errors{};
};
[[nodiscard]] ParsedArguments parse_arguments(std::string_view text, const Json &schema);

} // namespace ca
