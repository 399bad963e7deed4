// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/example_set.h"

namespace ca {

/// Sets `examples`, `class_changes` and `repairs`.
void add_examples(OrderedJson &json, const ExampleSet &set);

/// Tables of the same.
[[nodiscard]] std::string examples_text(const ExampleSet &set);

} // namespace ca
