// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/pickle.h"

#include <string_view>

namespace ca {

/// Whether a pickle may name this function or class: what describes tensors, and the classes of TorchScript.
[[nodiscard]] bool is_known_global(std::string_view name, bool torchscript);

/// The node that a call of `callee` stands for, or (`object`) an object of that class. Calls nothing.
[[nodiscard]] PickleRef build_value(PickleTree &tree, PickleRef callee, PickleRef arguments, bool object, bool torchscript);

} // namespace ca
