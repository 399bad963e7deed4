// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/divergence_setup_torch.h"
#include "core/scan/sensitivity.h"

#include <functional>
#include <stop_token>

namespace ca {

/// Puts into `table`, format by format, the divergence of all layers together (`whole`), and of all but those of one block after
/// another (`blocks`), on the images of the round. Ends before the next one once `enough` says so. Errors: `cancelled`; those of
/// running.
[[nodiscard]] Status scan_blocks(DivergenceSetup &setup, const ImageRound &round, SensitivityTable &table,
                                 const std::function<void()> &changed, const std::function<bool()> &enough, std::stop_token stop,
                                 const Progress &progress);

} // namespace ca
