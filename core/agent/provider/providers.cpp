// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/providers.h"

#include "core/agent/dialects/failure.h"
#include "core/agent/provider/web_address.h"
#include "core/base/json.h"

#include <algorithm>
#include <cstdlib>

namespace ca {
namespace {

Provider local(const char *id, const char *title, const char *port)
{
    return {id, title, std::string("http://127.0.0.1:") + port + "/v1", Provider::Speaks::openai, {}, false, true};
}

std::string trimmed_key(std::string_view key)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = key.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string()
                                           : std::string(key.substr(first, key.find_last_not_of(kSpace) - first + 1));
}

bool is_of_anthropic(const std::string &host)
{
    return host == "anthropic.com" || host.ends_with(".anthropic.com");
}

/// `/openai/v1/chat/completions/` is `/openai/v1`; nothing is `/v1`.
std::string base_path(std::string path)
{
    const auto without_slashes = [&] {
        while (path.ends_with('/'))
            path.pop_back();
    };
    without_slashes();
    for (const std::string_view end : {"/chat/completions", "/messages", "/models", "/completions", "/responses"})
        if (path.ends_with(end)) {
            path.resize(path.size() - end.size());
            without_slashes();
            break;
        }
    return path.empty() ? "/v1" : path;
}

tl::unexpected<Error> no_provider(std::string_view text)
{
    return fail(ErrorCode::usage,
                "There is no provider \"" + clean_text(text.substr(0, 80))
                    + "\". Choose offline, openai, anthropic, ollama, llama.cpp, lm-studio or vllm, or give an address such as "
                      "https://HOST/v1.");
}

/// `localhost:11434` is an address, too.
std::string with_scheme(std::string_view text)
{
    if (text.find("://") != std::string_view::npos)
        return std::string(text);
    const auto here = web_address("http://" + std::string(text));
    return (here && is_loopback(here->host) ? "http://" : "https://") + std::string(text);
}

HttpLimits limits_of_list(bool is_local)
{
    HttpLimits limits;
    limits.first_byte = is_local ? 10 : 30; // seconds; nothing is computed for it
    limits.idle = 10;
    limits.total = 60;
    return limits;
}

/// A page of the list, unread.
ChatResult<std::string> fetch(Transport &transport, const Dialect &dialect, const HttpRequest &request, const HttpLimits &limits,
                              const std::stop_token &stop)
{
    HttpHead head;
    std::string body;
    const auto sent = transport.send(
        request, limits,
        [&](const HttpHead &answered) {
            head = answered;
            return true;
        },
        [&](std::string_view bytes) {
            body += bytes;
            return true;
        },
        stop);
    if (!sent)
        return tl::unexpected(sent.error());
    if (head.status < 200 || head.status >= 300)
        return tl::unexpected(dialect.failure(head, body));
    return body;
}

ChatResult<std::vector<ListedModel>> list_models(Transport &transport, const Dialect &dialect, const Endpoint &endpoint,
                                                 const HttpLimits &limits, const std::stop_token &stop)
{
    constexpr int kMostPages = 20; // against a server that leads around in circles
    std::vector<ListedModel> models;
    std::string after;
    for (int page = 0; page < kMostPages; ++page) {
        const auto body = fetch(transport, dialect, dialect.list_models(endpoint, after), limits, stop);
        auto listed = body ? dialect.models(*body) : tl::unexpected(body.error());
        if (!listed) {
            remove_key(listed.error(), endpoint.key);
            return tl::unexpected(std::move(listed.error()));
        }
        models.insert(models.end(), listed->first.begin(), listed->first.end());
        if (listed->second.empty() || listed->second == after)
            break;
        after = listed->second;
    }
    return models;
}

} // namespace

std::unique_ptr<Dialect> dialect_of(const Provider &provider)
{
    return provider.speaks == Provider::Speaks::anthropic ? anthropic_dialect() : openai_dialect();
}

const std::vector<Provider> &known_providers()
{
    static const std::vector<Provider> providers{
        {"openai", "OpenAI", "https://api.openai.com/v1", Provider::Speaks::openai, "OPENAI_API_KEY", true, false},
        {"anthropic", "Anthropic", "https://api.anthropic.com/v1", Provider::Speaks::anthropic, "ANTHROPIC_API_KEY", true, false},
        local("ollama", "Ollama", "11434"),
        local("llama.cpp", "llama.cpp", "8080"),
        local("lm-studio", "LM Studio", "1234"),
        local("vllm", "vLLM", "8000"),
    };
    return providers;
}

Result<Provider> find_provider(std::string_view text)
{
    const auto &known = known_providers();
    const auto found = std::find_if(known.begin(), known.end(), [&](const Provider &provider) { return provider.id == text; });
    if (found != known.end())
        return *found;
    const bool is_name = text.find_first_of(".:/") == std::string_view::npos && text != "localhost";
    const auto address = is_name ? std::nullopt : web_address(with_scheme(text));
    if (!address || (address->scheme != "https" && address->scheme != "http"))
        return no_provider(text);
    if (address->has_user || address->has_query)
        return fail(
            ErrorCode::usage,
            "The address of the provider holds a name, a password or a question mark. Give it without, and the key apart.");
    Provider provider;
    provider.is_local = is_loopback(address->host);
    if (address->scheme == "http" && !provider.is_local)
        return fail(ErrorCode::usage,
                    "The address of " + address->host
                        + " is not a secure one, and what is sent there could be read on the way. Use https, or a server on this "
                          "machine (http://127.0.0.1).");
    provider.id = shown_host(address->scheme + "://" + address->host + (address->port.empty() ? "" : ":" + address->port));
    provider.title = provider.id;
    provider.base = address->scheme + "://" + provider.id + base_path(address->path);
    const auto same =
        std::find_if(known.begin(), known.end(), [&](const Provider &other) { return other.base == provider.base; });
    if (same != known.end())
        return *same;
    if (is_of_anthropic(address->host))
        provider.speaks = Provider::Speaks::anthropic;
    return provider;
}

std::string key_from_environment(const Provider &provider)
{
    const char *const value = provider.key_variable.empty() ? nullptr : std::getenv(provider.key_variable.c_str());
    return value ? trimmed_key(value) : std::string();
}

Endpoint endpoint_of(const Provider &provider, std::string key, std::string model)
{
    return {provider.base, std::move(model), trimmed_key(key), provider.is_local};
}

ChatResult<std::vector<ListedModel>> list_models(Transport &transport, const Dialect &dialect, const Endpoint &endpoint,
                                                 std::stop_token stop)
{
    return list_models(transport, dialect, endpoint, limits_of_list(endpoint.is_local), stop);
}

ChatResult<std::vector<ListedModel>> check_key(Transport &transport, const Provider &provider, const std::string &key,
                                               std::stop_token stop)
{
    const Endpoint endpoint = endpoint_of(provider, key, {});
    if (provider.needs_key && endpoint.key.empty()) {
        ChatFailure failure;
        failure.kind = FailureKind::key;
        failure.sentence = provider.title + " wants a key, and there is none. Enter one"
            + (provider.key_variable.empty() ? "." : ", or set " + provider.key_variable + " in the environment.");
        return tl::unexpected(std::move(failure));
    }
    return list_models(transport, *dialect_of(provider), endpoint, std::move(stop));
}

std::vector<LocalServer> find_local_servers(Transport &transport, const std::vector<Provider> &candidates, std::stop_token stop)
{
    HttpLimits limits;
    limits.connect = limits.first_byte = limits.idle = limits.total = 1; // seconds
    std::vector<LocalServer> found;
    for (const Provider &provider : candidates) {
        if (!provider.is_local || stop.stop_requested())
            continue;
        auto models = list_models(transport, *dialect_of(provider), endpoint_of(provider, {}, {}), limits, stop);
        if (models)
            found.push_back({provider, std::move(*models)});
    }
    return found;
}

} // namespace ca
