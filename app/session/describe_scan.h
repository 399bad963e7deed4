// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/sensitivity.h"
#include "ui/facts.h"

namespace ca {

/// What the window shows of a scan, also of one that is under way: what it has yet to find of the weights stays as an earlier
/// scan of them, `before`, had it.
[[nodiscard]] SensitivityFacts describe_scan(const SensitivityTable &table, const SensitivityFacts &before = {});

} // namespace ca
