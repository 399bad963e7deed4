// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/open_chat.h"

namespace ca {

/// Over Qt Network, without asking the server for anything but its models where none is named. Errors: `usage` (an unknown
/// provider, an address that is not secure, a key that is missing, several models to choose from), `unreadable` where the
/// server does not answer.
[[nodiscard]] Result<std::shared_ptr<ChatModel>> open_chat(const ChatChoice &choice);

} // namespace ca
