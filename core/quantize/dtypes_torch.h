// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"

#include <c10/core/ScalarType.h>

#include <optional>

namespace ca {

/// The name that a safetensors file has for a tensor's type. Throws std::runtime_error where it has none.
[[nodiscard]] SafeDtype dtype_of(at::ScalarType type);

/// Nothing for types that programs do not use.
[[nodiscard]] std::optional<at::ScalarType> type_of(SafeDtype dtype);

} // namespace ca
