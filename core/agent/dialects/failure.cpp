// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/failure.h"

#include "core/agent/dialects/failure_body.h"
#include "core/agent/dialects/failure_headers.h"
#include "core/agent/dialects/failure_kind.h"
#include "core/agent/dialects/json_fields.h"

#include <utility>

namespace ca {
namespace {

ChatFailure failure_of(int status, const ErrorBody &body)
{
    ChatFailure failure;
    failure.kind = failure_kind(status, body);
    failure.sentence = failure_sentence(failure.kind, status, body);
    failure.http_status = status;
    if (failure.kind == FailureKind::bad_request)
        failure.parameter = refused_parameter(body);
    if (failure.kind == FailureKind::context_full)
        failure.context = body.context;
    if (failure.kind == FailureKind::bad_answer)
        failure.should_retry = true; // of another answer there is hope
    failure.request_id = clean_text(body.request_id);
    return failure;
}

/// As Python takes it: `"error": null`, `""`, `{}` and `false` are none.
bool is_said(const Json *error)
{
    return error && !(error->is_structured() && error->empty()) && *error != Json("") && *error != Json(false);
}

bool is_error(const Json &data, std::string_view event)
{
    const Json *const type = field(data, "type"), *const object = field(data, "object"); // the latter: vLLM's flat errors
    return is_said(field(data, "error")) || event == "error" || (type && *type == "error") || (object && *object == "error")
        || (field(data, "detail") && !field(data, "choices") && !type);
}

void take_out(std::string &text, std::string_view key)
{
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at))
        text.replace(at, key.size(), "…");
}

} // namespace

ChatFailure failure_of_answer(const HttpHead &head, std::string_view text, std::chrono::sys_seconds now)
{
    ChatFailure failure = failure_of(head.status, error_body(text));
    failure.retry_after = retry_after(head, now);
    if (const auto told = should_retry(head))
        failure.should_retry = told;
    if (const std::string id = request_id(head); !id.empty())
        failure.request_id = id;
    return failure;
}

std::optional<ChatFailure> failure_within(const Json &data, std::string_view event)
{
    if (!is_error(data, event))
        return std::nullopt;
    return failure_of(0, error_body(data));
}

ChatFailure failure_of_text(std::string_view text)
{
    return failure_of(0, error_body(text));
}

tl::unexpected<ChatFailure> bad_answer(std::string sentence)
{
    ChatFailure failure;
    failure.kind = FailureKind::bad_answer;
    failure.sentence = std::move(sentence);
    return tl::unexpected<ChatFailure>(std::move(failure));
}

void remove_key(ChatFailure &failure, std::string_view key)
{
    constexpr std::size_t kShortest = 6; ///< servers that want no key are sent `x`, and that is no secret
    if (key.size() < kShortest)
        return;
    for (std::string *const text : {&failure.sentence, &failure.parameter, &failure.request_id})
        take_out(*text, key);
}

} // namespace ca
