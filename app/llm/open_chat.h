// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/open_chat.h"
#include "core/agent/provider/chat_client.h"
#include "core/agent/provider/providers.h"

namespace ca {

/// Over Qt Network, without asking the server for anything but its models where none is named. Errors: `usage` (an unknown
/// provider, an address that is not secure, a key that is missing, several models to choose from), `unreadable` where the
/// server does not answer.
[[nodiscard]] Result<std::shared_ptr<ChatModel>> open_chat(const LlmChoice &choice);

/// The model of a provider; asks nobody for anything yet, so it may be called on any thread. An empty key is none: no variable of
/// the environment is looked at. Errors: `usage` for a key that is missing, or a model that has no name.
[[nodiscard]] Result<std::shared_ptr<ChatClient>> open_chat_model(const Provider &provider, const std::string &key,
                                                                  const std::string &model, std::shared_ptr<Transport> transport,
                                                                  ChatClientOptions options);

} // namespace ca
