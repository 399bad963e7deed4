// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/failure_body.h"

#include "core/agent/dialects/json_fields.h"
#include "core/agent/untrusted/untrusted.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ca {
namespace {

constexpr std::size_t kMostErrorBytes = 1u << 20; ///< of a body that is read for its error

/// `text`, or the text that stands in the first of the fields in which servers say what is wrong.
std::string said(const Json &value)
{
    if (value.is_string())
        return value.get<std::string>();
    for (const char *key : {"message", "msg", "error", "detail"})
        if (auto text = text_field(value, key); !text.empty())
            return text;
    return {};
}

std::string text_or_number(const Json &value, const char *key)
{
    const Json *const found = field(value, key);
    return found && found->is_number_integer() ? found->dump() : text_field(value, key);
}

/// FastAPI's `[{"loc": ["body", "parallel_tool_calls"], "msg": "…"}]`: the first.
void read_details(const Json &details, ErrorBody &body)
{
    if (!details.is_array() || details.empty()) {
        body.text = said(details);
        return;
    }
    body.text = said(details.front());
    const Json *const place = field(details.front(), "loc");
    if (place && place->is_array() && !place->empty() && place->back().is_string())
        body.parameter = place->back().get<std::string>();
}

void read_error(const Json &error, ErrorBody &body)
{
    body.text = said(error);
    body.type = text_field(error, "type");
    body.code = text_or_number(error, "code");
    body.parameter = text_field(error, "param");
    body.context = count_field(error, "n_ctx");
    if (const Json *const details = field(error, "details"))
        body.detail_code = text_field(*details, "error_code");
}

/// The number that follows `mark` in `text`; other things than digits between them end it.
std::optional<std::int64_t> number_after(std::string_view text, std::string_view mark)
{
    const auto found = text.find(mark);
    if (found == std::string_view::npos)
        return std::nullopt;
    const std::string_view rest = text.substr(found + mark.size());
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc() || number <= 0)
        return std::nullopt;
    return number;
}

/// How long a context a server's text tells of: OpenAI and vLLM; LM Studio; llama.cpp; Anthropic's two.
std::optional<std::int64_t> context_in(std::string_view text)
{
    for (const char *mark : {"maximum context length is ", "context length of only ", "context size (", "tokens > "})
        if (const auto number = number_after(text, mark))
            return number;
    const auto limit = text.find("context limit: ");
    return limit == std::string_view::npos ? std::nullopt : number_after(text.substr(limit), " > ");
}

std::string title_of(std::string_view page)
{
    std::string lower(page.substr(0, kMostErrorBytes));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    const auto begin = lower.find("<title>");
    const auto end = lower.find("</title>", begin);
    if (begin == std::string::npos || end == std::string::npos)
        return {};
    constexpr std::size_t kTag = 7;
    return std::string(trimmed(page.substr(begin + kTag, end - begin - kTag)));
}

bool is_of_a_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '*';
}

/// Twenty letters and digits without a gap: a key, an account, a hash; names of models have gaps.
bool has_long_run(std::string_view word)
{
    constexpr int kRun = 20;
    int run = 0, digits = 0;
    for (const char c : word) {
        run = is_of_a_key(c) ? run + 1 : 0;
        digits = run == 0 ? 0 : digits + (c >= '0' && c <= '9' ? 1 : 0);
        if (run >= kRun && digits > 0)
            return true;
    }
    return false;
}

/// Four numbers with dots, or groups of hexadecimal digits with colons.
bool is_network_address(std::string_view word)
{
    const auto dots = std::count(word.begin(), word.end(), '.');
    const auto colons = std::count(word.begin(), word.end(), ':');
    const bool decimal = word.find_first_not_of("0123456789.:") == std::string_view::npos;
    const bool hexadecimal = word.find_first_not_of("0123456789abcdefABCDEF:") == std::string_view::npos;
    return (decimal && dots == 3) || (hexadecimal && colons >= 2);
}

bool is_private(std::string_view word)
{
    constexpr std::array<std::string_view, 9> kKeyStarts{"sk-", "sk_", "pk-", "gsk_", "xai-", "hf_", "AIza", "Bearer", "eyJ"};
    const auto starts = [&](std::string_view start) { return word.starts_with(start); };
    const auto at = word.find('@');
    const bool mail = at != std::string_view::npos && word.find('.', at) != std::string_view::npos;
    return std::any_of(kKeyStarts.begin(), kKeyStarts.end(), starts) || mail || has_long_run(word) || is_network_address(word);
}

/// Words go with what encloses them: `"sk-1".` is hidden but for its quotes and its point.
std::string without_private_words(std::string_view text)
{
    constexpr std::string_view kBetween = " \t\r\n\"'`()[]{}<>,;=";
    std::string result;
    while (!text.empty()) {
        const auto begin = std::min(text.find_first_not_of(kBetween), text.size());
        result += text.substr(0, begin);
        text.remove_prefix(begin);
        const std::string_view whole = text.substr(0, text.find_first_of(kBetween));
        const std::string_view word = whole.substr(0, whole.find_last_not_of(".:!?") + 1);
        if (is_private(word))
            result += "…";
        else
            result += word;
        result += whole.substr(word.size());
        text.remove_prefix(whole.size());
    }
    return result;
}

} // namespace

ErrorBody error_body(const Json &value)
{
    if (value.is_array() && !value.empty())
        return error_body(value.front());
    ErrorBody body;
    if (const Json *const error = field(value, "error"); error && (error->is_object() || error->is_string()))
        read_error(*error, body);
    else if (const Json *const details = field(value, "detail"))
        read_details(*details, body);
    else
        read_error(value, body);
    body.request_id = text_field(value, "request_id");
    if (const auto status = count_field(field(value, "error") ? *field(value, "error") : value, "code"); status && *status < 600)
        body.status = static_cast<int>(*status);
    if (!body.context)
        body.context = context_in(body.text);
    return body;
}

ErrorBody error_body(std::string_view text)
{
    text = trimmed(text.substr(0, kMostErrorBytes));
    if (const auto value = parse_stream_json(text); value && value->is_structured())
        return error_body(*value);
    if (const auto value = parse_stream_json(text.substr(0, text.find('\n'))); value && value->is_structured())
        return error_body(*value); // a line of Ollama's own streams
    ErrorBody body;
    body.is_page = text.starts_with('<');
    body.text = body.is_page ? title_of(text) : std::string(text);
    return body;
}

std::string quotable(std::string_view text)
{
    constexpr std::size_t kMostCharacters = 200, kMostBytes = 4096;
    // Twice: what is not seen would hide a key from the search, and a key that is cut would no longer be known as one.
    return visible_text(without_private_words(visible_text(text.substr(0, kMostBytes), kMostBytes)), kMostCharacters);
}

} // namespace ca
