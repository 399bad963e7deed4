// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"
#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// Someone who can be asked.
struct Provider {
    std::string id;    ///< `openai`, `anthropic`, `ollama`, `llama.cpp`, `lm-studio`, `vllm`, or the host of an address
    std::string title; ///< "LM Studio"
    std::string base;  ///< as Endpoint::base
    enum class Speaks { openai, anthropic } speaks = Speaks::openai;
    std::string key_variable{}; ///< of the environment; empty: none is looked for
    bool needs_key = false;
    bool is_local = false; ///< on this machine
    bool operator==(const Provider &) const = default;
};
[[nodiscard]] std::unique_ptr<Dialect> dialect_of(const Provider &provider);

/// OpenAI and Anthropic, and the servers for this machine at their usual ports.
[[nodiscard]] const std::vector<Provider> &known_providers();

/// By its id, or by an address, written with or without `https://`, `/v1`, and what comes after it. An address speaks as OpenAI
/// does, unless it is one of Anthropic. Errors: `usage` for what is neither, and for an address that is not secure: http is for
/// this machine alone.
[[nodiscard]] Result<Provider> find_provider(std::string_view text);

/// Of the vendor's variable, without the spaces around it; empty where there is none.
[[nodiscard]] std::string key_from_environment(const Provider &provider);

/// Who is asked; the key only as far as the provider gets one.
[[nodiscard]] Endpoint endpoint_of(const Provider &provider, std::string key, std::string model);

/// All pages of the list. Failures: those of the transport and the dialect.
[[nodiscard]] ChatResult<std::vector<ListedModel>> list_models(Transport &transport, const Dialect &dialect,
                                                               const Endpoint &endpoint, std::stop_token stop);

/// Whether the provider takes the key, asked by way of its models, which costs nothing. Servers on this machine take any.
/// Failures: as above; `key` without a request where one is needed and there is none.
[[nodiscard]] ChatResult<std::vector<ListedModel>> check_key(Transport &transport, const Provider &provider,
                                                             const std::string &key, std::stop_token stop);

/// A server that runs on this machine, and what it has.
struct LocalServer {
    Provider provider;
    std::vector<ListedModel> models;
};
/// Those of `candidates` that answer; each is waited for a second at most where something holds its port and says nothing.
[[nodiscard]] std::vector<LocalServer> find_local_servers(Transport &transport, const std::vector<Provider> &candidates,
                                                          std::stop_token stop);

} // namespace ca
