// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/dialect.h"

#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/models.h"

#include <chrono>

namespace ca {

ChatFailure Dialect::failure(const HttpHead &head, std::string_view body)
{
    return failure_of_answer(head, body, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

ChatResult<std::pair<std::vector<ListedModel>, std::string>> Dialect::models(std::string_view body)
{
    return listed_models(body);
}

} // namespace ca
