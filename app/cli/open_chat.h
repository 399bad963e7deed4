// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_model.h"
#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>

namespace ca {

/// Which language model is asked.
struct LlmChoice {
    std::string provider; ///< as find_provider (core/agent/provider/providers.h) takes it
    std::string key;      ///< empty: the vendor's environment variable
    std::string model;    ///< empty: the server's only one
};

/// `open_chat` (app/llm) in a build with Qt; empty in one without. Errors: `usage`, `unreadable`.
using OpenChat = std::function<Result<std::shared_ptr<ChatModel>>(const LlmChoice &)>;

} // namespace ca
