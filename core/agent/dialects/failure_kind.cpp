// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/failure_kind.h"

#include "core/agent/dialects/dialect.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ca {
namespace {

struct KindOfWord {
    std::string_view word;
    FailureKind kind;
};

/// Types and codes that say more than a status. In order: what comes first decides. Of OpenAI, Anthropic and llama.cpp.
constexpr std::array kDecisiveWords{
    KindOfWord{"insufficient_quota", FailureKind::billing},
    KindOfWord{"enforced_spend_limit_reached", FailureKind::billing},
    KindOfWord{"billing_hard_limit_reached", FailureKind::billing},
    KindOfWord{"billing_not_active", FailureKind::billing},
    KindOfWord{"billing_error", FailureKind::billing},
    KindOfWord{"context_length_exceeded", FailureKind::context_full},
    KindOfWord{"exceed_context_size_error", FailureKind::context_full},
    KindOfWord{"invalid_api_key", FailureKind::key},
    KindOfWord{"authentication_error", FailureKind::key},
    KindOfWord{"model_not_found", FailureKind::not_found},
    KindOfWord{"not_found_error", FailureKind::not_found},
    KindOfWord{"permission_error", FailureKind::permission},
    KindOfWord{"request_too_large", FailureKind::too_large},
    KindOfWord{"server_is_overloaded", FailureKind::overloaded},
    KindOfWord{"overloaded_error", FailureKind::overloaded},
    KindOfWord{"unavailable_error", FailureKind::overloaded},
    KindOfWord{"rate_limit_exceeded", FailureKind::rate},
    KindOfWord{"rate_limit_error", FailureKind::rate},
    KindOfWord{"slow_down", FailureKind::rate},
    KindOfWord{"timeout_error", FailureKind::busy},
};

/// Types that servers also give to other things: only where there is no status.
constexpr std::array kVagueWords{
    KindOfWord{"invalid_request_error", FailureKind::bad_request},
    KindOfWord{"invalid_prompt", FailureKind::bad_request},
    KindOfWord{"not_supported_error", FailureKind::bad_request},
    KindOfWord{"conflict_error", FailureKind::busy},
    KindOfWord{"api_error", FailureKind::server},
    KindOfWord{"server_error", FailureKind::server},
};

/// What is told in words alone, all in lower case: requests of status 400 and errors without a status.
constexpr std::array kTexts{
    KindOfWord{"credit balance", FailureKind::billing},
    KindOfWord{"exceeded your current quota", FailureKind::billing},
    KindOfWord{"specified api usage limits", FailureKind::billing},
    KindOfWord{"api key not valid", FailureKind::key},
    KindOfWord{"prompt is too long", FailureKind::context_full},
    KindOfWord{"context length", FailureKind::context_full},
    KindOfWord{"context size", FailureKind::context_full},
    KindOfWord{"context limit", FailureKind::context_full},
    KindOfWord{"context window", FailureKind::context_full},
    KindOfWord{"failed to parse input at pos", FailureKind::bad_answer}, // llama.cpp could not read what its own model wrote
};

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return lower;
}

template <typename Words>
std::optional<FailureKind> kind_of_words(const Words &words, const ErrorBody &body)
{
    for (const KindOfWord &row : words)
        if (body.code == row.word || body.detail_code == row.word || body.type == row.word)
            return row.kind;
    return std::nullopt;
}

std::optional<FailureKind> kind_of_text(std::string_view text)
{
    const std::string lower = lower_case(text);
    for (const KindOfWord &row : kTexts)
        if (lower.find(row.word) != std::string::npos)
            return row.kind;
    return std::nullopt;
}

FailureKind kind_of_status(int status)
{
    switch (status) {
    case 401:
    case 407:
        return FailureKind::key;
    case 402:
        return FailureKind::billing;
    case 403:
        return FailureKind::permission;
    case 404:
    case 405:
    case 410:
        return FailureKind::not_found;
    case 408:
    case 409:
    case 425:
    case 504:
        return FailureKind::busy;
    case 413:
        return FailureKind::too_large;
    case 429:
        return FailureKind::rate;
    case 503:
    case 529:
        return FailureKind::overloaded;
    default:
        break;
    }
    if (status >= 300 && status < 400)
        return FailureKind::not_found; // it sends elsewhere, and nobody follows with a key
    if (status >= 200 && status < 300)
        return FailureKind::bad_answer;
    return status >= 400 && status < 500 ? FailureKind::bad_request : FailureKind::server;
}

/// `tools[0].function.strict`: what of it a request can do without.
std::string droppable_part(const ErrorBody &body)
{
    const std::string &path = body.parameter;
    const auto ends_with = [&](std::string_view name) { return path.ends_with(name); };
    if (ends_with("strict") || (path.starts_with("tools") && body.text.find("schema") != std::string::npos))
        return "strict"; // without it schemas may be what they like
    if (path.find("cache_control") != std::string::npos)
        return "cache_control";
    return path.substr(0, path.find_first_of(".["));
}

bool is_of_a_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr std::array<std::string_view, 6> kDroppable{"stream_options", "parallel_tool_calls", "strict",
                                                     "cache_control",  "max_tokens",          "max_completion_tokens"};

struct Words {
    FailureKind kind;
    std::string_view happened, advice;
};

constexpr std::array kWords{
    Words{FailureKind::cancelled, "The question was stopped", "Ask again to go on."},
    Words{FailureKind::connection, "The provider was not reached",
          "Check the address and the network, or go on with the offline advisor."},
    Words{FailureKind::bad_request, "The provider does not take the request", "Choose another model or provider."},
    Words{FailureKind::key, "The provider does not accept the API key", "Enter a valid key, or go on with the offline advisor."},
    Words{FailureKind::billing, "No credit or quota is left at the provider",
          "Look at the account's billing and limits there, or go on with the offline advisor."},
    Words{FailureKind::permission, "The provider does not permit this with this key",
          "Choose another model, or a key that may use this one."},
    Words{FailureKind::not_found, "The provider does not know this model or address",
          "Choose a model of its list, or check the address."},
    Words{FailureKind::too_large, "The request is larger than the provider takes", "Begin a new conversation."},
    Words{FailureKind::context_full, "The conversation is longer than the model reads",
          "Begin a new conversation, or choose a model with a longer context."},
    Words{FailureKind::busy, "The provider did not answer in its own time", "Ask again."},
    Words{FailureKind::rate, "The provider had too many requests from this account", "Wait a little and ask again."},
    Words{FailureKind::overloaded, "The provider has no room at present",
          "Wait a little and ask again, or choose another model."},
    Words{FailureKind::server, "The provider failed", "Ask again, or choose another model."},
    Words{FailureKind::bad_answer, "What the provider sent is no answer",
          "Ask again; should it go on, check the address or choose another model."},
};

} // namespace

bool is_droppable(std::string_view parameter)
{
    return std::find(kDroppable.begin(), kDroppable.end(), parameter) != kDroppable.end();
}

FailureKind failure_kind(int status, const ErrorBody &body)
{
    const int told = status == 0 ? body.status : status;
    if (const auto kind = kind_of_words(kDecisiveWords, body))
        return *kind;
    if (told == 0 || told == 400 || told == 413 || told == 422 || told == 429 || told == 500)
        if (const auto kind = kind_of_text(body.text))
            return *kind;
    if (told != 0)
        return kind_of_status(told);
    return kind_of_words(kVagueWords, body).value_or(FailureKind::server);
}

std::string refused_parameter(const ErrorBody &body)
{
    if (!body.parameter.empty())
        return quotable(droppable_part(body));
    const std::string_view text = body.text;
    for (std::size_t at = 0; at < text.size(); ++at) { // the first name in the sentence; "use … instead" may name another
        std::size_t end = at;
        while (end < text.size() && is_of_a_name(text[end]))
            ++end;
        if (const auto name = text.substr(at, end - at); is_droppable(name))
            return std::string(name);
        at = end;
    }
    return {};
}

std::string failure_sentence(FailureKind kind, int status, const ErrorBody &body)
{
    const auto &words = *std::find_if(kWords.begin(), kWords.end(), [&](const Words &row) { return row.kind == kind; });
    std::string sentence(words.happened);
    if (status != 0)
        sentence += " (HTTP " + std::to_string(status) + ")";
    if (const std::string text = quotable(body.text); !text.empty())
        sentence += std::string(body.is_page ? "; it sent a web page, \"" : ": \"") + text + '"';
    else if (body.is_page)
        sentence += "; it sent a web page";
    return sentence + ". " + std::string(words.advice);
}

} // namespace ca
