// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/study/study.h"

#include <filesystem>

namespace ca {

/// The Pareto chart of a study as a PNG of 1920 x 1200 pixels, light, written whole or not at all. Works without a display: where
/// no application object exists it makes one without a window for as long as it draws. Call it from the main thread. Errors:
/// `unwritable`; `failed` where an application without graphics is running.
[[nodiscard]] Status write_pareto_png(const Study &study, const std::filesystem::path &file);

} // namespace ca
