// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"

namespace CLI {
class App;
}

namespace ca {

/// Gives `app` a command with its options, which write into `arguments`; both must outlive the parsing.
void add_command(CLI::App &app, const std::string &name, Command command, Arguments &arguments);

/// A sentence where options that are each fine do not go together.
[[nodiscard]] std::optional<std::string> contradiction(const Arguments &arguments);

} // namespace ca
