// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ca {

/// The method that is no backend: it gives each layer bits of its own.
inline constexpr const char *kMixed = "mixed";

/// What `--method` takes: method_names() and `mixed`.
[[nodiscard]] const std::vector<std::string> &method_words();

/// Gives `app` `--method` and all that says how it works.
void add_method_options(CLI::App &app, Arguments &arguments);
/// `--target-bytes` and `--target-ratio`.
void add_size_targets(CLI::App &app, Arguments &arguments);

/// A sentence where the method does not use an option that is given, or misses one that it needs.
[[nodiscard]] std::optional<std::string> method_contradiction(const Arguments &arguments);

} // namespace ca
